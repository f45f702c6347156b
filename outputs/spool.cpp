#include "outputs/spool.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace saker::outputs {
namespace {

constexpr uint64_t kRowOverhead = 64;

/// The rows' own size is kept beside them: summing it up reads no bodies.
constexpr const char* kTables =
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_size_limit=16777216;"
    "CREATE TABLE IF NOT EXISTS parcels(sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
    " size INTEGER NOT NULL, id TEXT NOT NULL, rule BLOB NOT NULL, body BLOB NOT NULL,"
    " time INTEGER NOT NULL DEFAULT 0);"
    "BEGIN IMMEDIATE; COMMIT;";

bool is_broken(int code) {
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

void bind_bytes(sqlite3_stmt* statement, int column, const std::string& bytes) {
    ::sqlite3_bind_blob64(statement, column, bytes.data(), bytes.size(), SQLITE_STATIC);
}

std::string bytes_of(sqlite3_stmt* statement, int column) {
    const void* bytes = ::sqlite3_column_blob(statement, column);
    const auto size = static_cast<size_t>(::sqlite3_column_bytes(statement, column));
    return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

/// Ready for the next use whatever happened in this one.
class Reset {
  public:
    explicit Reset(sqlite3_stmt* statement) : statement_(statement) {}
    ~Reset() {
        ::sqlite3_reset(statement_);
        ::sqlite3_clear_bindings(statement_);
    }
    Reset(const Reset&) = delete;
    Reset& operator=(const Reset&) = delete;

  private:
    sqlite3_stmt* statement_;
};

int64_t signed_of(uint64_t number) {
    return static_cast<int64_t>(number);
}

}  // namespace

void Spool::Close::operator()(sqlite3* database) const {
    ::sqlite3_close(database);
}

void Spool::Close::operator()(sqlite3_stmt* statement) const {
    ::sqlite3_finalize(statement);
}

uint64_t Spool::size_of(const Parcel& parcel) {
    return parcel.id.size() + parcel.rule.size() + parcel.body.size() + kRowOverhead;
}

Spool::Spool(Database database, SpoolOptions options)
    : options_(std::move(options)), database_(std::move(database)) {}

Spool::~Spool() = default;

Error Spool::failure(const char* doing) const {
    const std::string name = options_.path.empty() ? "spool in memory" : options_.path;
    return Error{name + ": " + doing + ": " + ::sqlite3_errmsg(database_.get())};
}

Result<Spool::Database> Spool::open_database(const std::string& path) {
    sqlite3* raw = nullptr;
    const int opened = ::sqlite3_open_v2(
        path.empty() ? ":memory:" : path.c_str(), &raw,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
        nullptr);
    Database database(raw);
    const int made =
        opened == SQLITE_OK ? ::sqlite3_exec(raw, kTables, nullptr, nullptr, nullptr) : opened;
    if (made == SQLITE_OK) {
        return database;
    }
    if (made == SQLITE_BUSY) {
        return Error{path + ": another process has it open",
                     "does another saker use this state directory?"};
    }
    const std::string why = ::sqlite3_errmsg(raw);
    database.reset();
    if (is_broken(made)) {
        const std::string aside = path + ".broken";
        if (::rename(path.c_str(), aside.c_str()) == 0) {
            ::unlink((path + "-wal").c_str());
            return Database(nullptr);
        }
    }
    return Error{path + ": " + why, "is the directory there, and may you write to it?"};
}

Result<std::unique_ptr<Spool>> Spool::open(const SpoolOptions& options) {
    Result<Database> database = open_database(options.path);
    const bool is_put_aside = database && *database == nullptr;
    if (is_put_aside) {
        database = open_database(options.path);
    }
    if (!database) {
        return database.error();
    }
    std::unique_ptr<Spool> spool(new Spool(std::move(*database), options));
    spool->put_aside_ = is_put_aside;
    if (const Result<void> prepared = spool->prepare(); !prepared) {
        return prepared.error();
    }
    return spool;
}

/// A file of before parcels had a time goes on; what waits in it has none.
Result<void> Spool::add_time() {
    const bool is_there =
        ::sqlite3_table_column_metadata(database_.get(), nullptr, "parcels", "time", nullptr,
                                        nullptr, nullptr, nullptr, nullptr) == SQLITE_OK;
    return is_there ? Result<void>()
                    : execute("ALTER TABLE parcels ADD COLUMN time INTEGER NOT NULL DEFAULT 0");
}

Result<void> Spool::prepare() {
    if (const Result<void> added = add_time(); !added) {
        return added.error();
    }
    const auto make = [&](const char* sql, Statement& into) {
        sqlite3_stmt* made = nullptr;
        const int code = ::sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                              &made, nullptr);
        into.reset(made);
        return code == SQLITE_OK;
    };
    const bool all =
        make("INSERT INTO parcels(size, id, rule, body, time) VALUES(?,?,?,?,?)", insert_) &&
        make(
            "SELECT sequence, id, rule, body, time FROM parcels WHERE sequence > ?"
            " ORDER BY sequence LIMIT ?",
            read_) &&
        make("SELECT sequence, size FROM parcels WHERE sequence > ? ORDER BY sequence LIMIT 1",
             oldest_) &&
        make("DELETE FROM parcels WHERE sequence = ?", remove_one_) &&
        make("SELECT count(*), coalesce(sum(size), 0) FROM parcels WHERE sequence <= ?", sum_) &&
        make("DELETE FROM parcels WHERE sequence <= ?", remove_);
    return all ? count_waiting() : Result<void>(failure("cannot be used"));
}

Result<void> Spool::count_waiting() {
    const Reset reset(sum_.get());
    ::sqlite3_bind_int64(sum_.get(), 1, INT64_MAX);
    if (::sqlite3_step(sum_.get()) != SQLITE_ROW) {
        return failure("cannot be read");
    }
    counts_.waiting = static_cast<uint64_t>(::sqlite3_column_int64(sum_.get(), 0));
    counts_.waiting_bytes = static_cast<uint64_t>(::sqlite3_column_int64(sum_.get(), 1));
    return {};
}

Result<void> Spool::execute(const char* sql) {
    if (::sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        return failure("cannot be written");
    }
    return {};
}

Result<void> Spool::insert(const Parcel& parcel) {
    const Reset reset(insert_.get());
    ::sqlite3_bind_int64(insert_.get(), 1, signed_of(size_of(parcel)));
    ::sqlite3_bind_text64(insert_.get(), 2, parcel.id.data(), parcel.id.size(), SQLITE_STATIC,
                          SQLITE_UTF8);
    bind_bytes(insert_.get(), 3, parcel.rule);
    bind_bytes(insert_.get(), 4, parcel.body);
    ::sqlite3_bind_int64(insert_.get(), 5, signed_of(parcel.time));
    if (::sqlite3_step(insert_.get()) != SQLITE_DONE) {
        return failure("cannot be written");
    }
    return {};
}

/// Lets the oldest give way until there is room, or nothing may give way any more.
Result<void> Spool::make_room(uint64_t bytes, SpoolCounts& counts) {
    while (counts.waiting > 0 && counts.waiting_bytes + bytes > options_.most_bytes) {
        const Reset reset_oldest(oldest_.get());
        ::sqlite3_bind_int64(oldest_.get(), 1, signed_of(held_through_));
        if (::sqlite3_step(oldest_.get()) != SQLITE_ROW) {
            return {};
        }
        const int64_t sequence = ::sqlite3_column_int64(oldest_.get(), 0);
        const int64_t size = ::sqlite3_column_int64(oldest_.get(), 1);
        const Reset reset_remove(remove_one_.get());
        ::sqlite3_bind_int64(remove_one_.get(), 1, sequence);
        if (::sqlite3_step(remove_one_.get()) != SQLITE_DONE) {
            return failure("cannot be written");
        }
        --counts.waiting;
        counts.waiting_bytes -= static_cast<uint64_t>(size);
        ++counts.dropped;
    }
    return {};
}

Result<void> Spool::add_all(std::span<const Parcel> parcels, SpoolCounts& counts) {
    for (const Parcel& parcel : parcels) {
        const uint64_t size = size_of(parcel);
        if (options_.when_full == config::Overflow::drop_oldest) {
            if (const Result<void> made = make_room(size, counts); !made) {
                return made.error();
            }
        }
        if (counts.waiting > 0 && counts.waiting_bytes + size > options_.most_bytes) {
            ++counts.dropped;
            continue;
        }
        if (const Result<void> inserted = insert(parcel); !inserted) {
            return inserted.error();
        }
        ++counts.waiting;
        counts.waiting_bytes += size;
    }
    return {};
}

Result<void> Spool::add(std::span<const Parcel> parcels) {
    const std::lock_guard lock(mutex_);
    if (const Result<void> begun = execute("BEGIN IMMEDIATE"); !begun) {
        return begun.error();
    }
    SpoolCounts counts = counts_;
    Result<void> done = add_all(parcels, counts);
    if (done) {
        done = execute("COMMIT");
    }
    if (!done) {
        // The error is already said; a rollback after a failed write has nothing to add.
        ::sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
        return done;
    }
    counts_ = counts;
    return {};
}

Result<std::vector<Parcel>> Spool::read(uint64_t after, size_t most, size_t most_bytes) {
    const std::lock_guard lock(mutex_);
    const Reset reset(read_.get());
    ::sqlite3_bind_int64(read_.get(), 1, signed_of(after));
    ::sqlite3_bind_int64(read_.get(), 2, signed_of(most));
    std::vector<Parcel> parcels;
    uint64_t bytes = 0;
    int stepped = SQLITE_DONE;
    while (bytes < most_bytes && (stepped = ::sqlite3_step(read_.get())) == SQLITE_ROW) {
        parcels.push_back({static_cast<uint64_t>(::sqlite3_column_int64(read_.get(), 0)),
                           bytes_of(read_.get(), 1), bytes_of(read_.get(), 2),
                           bytes_of(read_.get(), 3),
                           static_cast<uint64_t>(::sqlite3_column_int64(read_.get(), 4))});
        bytes += size_of(parcels.back());
    }
    if (stepped != SQLITE_DONE && stepped != SQLITE_ROW) {
        return failure("cannot be read");
    }
    if (!parcels.empty()) {
        held_through_ = std::max(held_through_, parcels.back().sequence);
    }
    return parcels;
}

Result<void> Spool::remove_through(uint64_t sequence) {
    const std::lock_guard lock(mutex_);
    const Reset reset_sum(sum_.get());
    ::sqlite3_bind_int64(sum_.get(), 1, signed_of(sequence));
    if (::sqlite3_step(sum_.get()) != SQLITE_ROW) {
        return failure("cannot be read");
    }
    const auto count = static_cast<uint64_t>(::sqlite3_column_int64(sum_.get(), 0));
    const auto bytes = static_cast<uint64_t>(::sqlite3_column_int64(sum_.get(), 1));
    ::sqlite3_reset(sum_.get());
    // A removal that is lost with the machine means a repetition, which is allowed.
    ::sqlite3_exec(database_.get(), "PRAGMA synchronous=NORMAL", nullptr, nullptr, nullptr);
    const Reset reset_remove(remove_.get());
    ::sqlite3_bind_int64(remove_.get(), 1, signed_of(sequence));
    const bool removed = ::sqlite3_step(remove_.get()) == SQLITE_DONE;
    ::sqlite3_reset(remove_.get());
    Result<void> done = removed ? Result<void>() : Result<void>(failure("cannot be written"));
    ::sqlite3_exec(database_.get(), "PRAGMA synchronous=FULL", nullptr, nullptr, nullptr);
    if (removed) {
        counts_.waiting -= count;
        counts_.waiting_bytes -= bytes;
    }
    return done;
}

void Spool::set_limits(uint64_t most_bytes, config::Overflow when_full) {
    const std::lock_guard lock(mutex_);
    options_.most_bytes = most_bytes;
    options_.when_full = when_full;
    held_through_ = 0;  // whoever read before has gone
}

bool Spool::has_room(uint64_t bytes) const {
    const std::lock_guard lock(mutex_);
    return counts_.waiting == 0 || counts_.waiting_bytes + bytes <= options_.most_bytes;
}

SpoolCounts Spool::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

}  // namespace saker::outputs
