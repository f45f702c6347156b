// Alerts that wait for a remote receiver, kept in a database file so that they survive the daemon.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "config/output_setting.h"
#include "engine/base/result.h"
#include "outputs/parcel.h"

struct sqlite3;
struct sqlite3_stmt;

namespace saker::outputs {

struct SpoolOptions {
    std::string path;  // empty: in memory
    uint64_t most_bytes = 256ULL << 20U;
    config::Overflow when_full = config::Overflow::drop_oldest;
};

struct SpoolCounts {
    uint64_t waiting = 0;
    uint64_t waiting_bytes = 0;
    uint64_t dropped = 0;  // gave way because the spool was full
};

/// May be used from several threads. The file is locked: nobody else opens it meanwhile.
class Spool {
  public:
    /// A file that is no database, or a broken one, is put aside as PATH.broken and begun anew;
    /// `put_aside` then says so.
    static Result<std::unique_ptr<Spool>> open(const SpoolOptions& options);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// On disk when it returns; all of them or none. What does not fit gives way as configured.
    Result<void> add(std::span<const Parcel> parcels);

    /// The first parcels behind `after`, in the order added; they do not give way from now on.
    Result<std::vector<Parcel>> read(uint64_t after, size_t most, size_t most_bytes);

    /// Forgets the parcels up to and including `sequence`.
    Result<void> remove_through(uint64_t sequence);

    /// Other limits than those it was opened with.
    void set_limits(uint64_t most_bytes, config::Overflow when_full);

    bool has_room(uint64_t bytes) const;
    SpoolCounts counts() const;
    bool put_aside() const { return put_aside_; }
    bool is_in_memory() const { return options_.path.empty(); }

    /// What a parcel counts against `most_bytes`.
    static uint64_t size_of(const Parcel& parcel);

  private:
    struct Close {
        void operator()(sqlite3* database) const;
        void operator()(sqlite3_stmt* statement) const;
    };
    using Database = std::unique_ptr<sqlite3, Close>;
    using Statement = std::unique_ptr<sqlite3_stmt, Close>;

    Spool(Database database, SpoolOptions options);
    static Result<Database> open_database(const std::string& path);
    Result<void> add_time();
    Result<void> prepare();
    Result<void> count_waiting();
    Result<void> execute(const char* sql);
    Result<void> insert(const Parcel& parcel);
    Result<void> make_room(uint64_t bytes, SpoolCounts& counts);
    Result<void> add_all(std::span<const Parcel> parcels, SpoolCounts& counts);
    Error failure(const char* doing) const;

    mutable std::mutex mutex_;
    SpoolOptions options_;
    Database database_;
    Statement insert_;
    Statement read_;
    Statement oldest_;
    Statement remove_one_;
    Statement sum_;
    Statement remove_;
    SpoolCounts counts_;
    uint64_t held_through_ = 0;  // read by somebody: must not give way
    bool put_aside_ = false;
};

}  // namespace saker::outputs
