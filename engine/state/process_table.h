// Every process the kernel told us of, with its ancestors, for as long as a record may ask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/event/event.h"
#include "engine/state/long_arguments.h"
#include "engine/state/process.h"

namespace saker {

/// What the table could not know, or had to forget.
struct ProcessCounts {
    uint64_t rows = 0;
    uint64_t bytes = 0;
    uint64_t unknown = 0;       // processes whose birth was not seen
    uint64_t lost_execs = 0;    // programs whose exec was not seen
    uint64_t evicted = 0;       // rows forgotten for want of room
    uint64_t cut_lineages = 0;  // rows whose parent was forgotten while they lived
};

/// Rows are keyed by pid, start time and exec count. An ended row stays while a child of it lives,
/// and until the bulk lane has passed its end, however long the backlog; a byte budget bounds all.
class ProcessTable {
  public:
    explicit ProcessTable(size_t byte_budget = size_t{64} << 20);
    ~ProcessTable();
    ProcessTable(const ProcessTable&) = delete;
    ProcessTable& operator=(const ProcessTable&) = delete;

    /// Learns from the event and returns the program that did it; for an exec, the new one. The row
    /// lives until the next call that may forget: `observe` or `bulk_has_passed`.
    const Process& observe(const Event& event);

    /// The program this event's header names is in the table; if not, its birth may still be in the
    /// critical lane.
    bool knows(const Event& event) const;

    /// No record of the bulk lane older than this will come: rows that ended before may go. Called
    /// with the current boottime when the lane is empty; `observe` calls it for bulk records.
    void bulk_has_passed(uint64_t boottime);

    /// The running process of that pid in the host's namespace; null if there is none.
    const Process* running(uint32_t pid) const;

    /// A program of this table stays until it is let go as often as it was held. Its ancestors may
    /// still be forgotten for want of room.
    void hold(const Process& process);
    void let_go(const Process& process);

    const ProcessCounts& counts() const { return counts_; }

  private:
    struct Row;
    struct Identity {
        uint32_t pid;
        uint64_t start_time;
    };

    Row* find(Identity identity, uint32_t exec_id) const;
    Row* newest(Identity identity) const;
    Row& row_of(const Event& event);
    Row& insert(Identity identity, uint32_t exec_id, uint64_t now);
    Row& insert_version(Row& known, const event_header& header);
    Row& known_or_placeholder(Identity identity, uint32_t exec_id, uint64_t now);
    void link(Row& child, Row* parent);
    void run(Row& row, std::unique_ptr<Program> program);
    void share_program(Row& row, const Row& from);
    void drop_program(Row& row);
    void end(Row& row, uint64_t when);
    void end_before(Identity identity, uint32_t exec_id, uint64_t when);
    void inherit(Row& row, const Row& from);
    void set_cwd(Row& row, std::string_view cwd);
    std::vector<Row*> all_rows() const;
    void release(Row* row);
    void remove(Row& row);
    void make_room();
    void forget_held(size_t bytes_to_keep);

    template <class Record>
    Row& on_exec(const Event& event, const Record& record);
    template <class Record>
    Row& on_fork(const Event& event, const Record& record);
    Row& on_exit(const Event& event);
    Row& on_act(const Event& event);

    std::unordered_map<uint32_t, std::unique_ptr<Row>> newest_by_pid_;
    mutable std::vector<Row*> recent_;  // direct-mapped by pid: what most events ask for
    LongArguments long_arguments_;
    std::deque<Row*> ended_;  // in the order they ended, until the bulk lane has passed them
    size_t byte_budget_;
    uint64_t bulk_time_ = 0;
    ProcessCounts counts_;
};

}  // namespace saker
