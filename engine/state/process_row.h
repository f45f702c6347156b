// A row of the process table: a Process and what keeps it there. Only the table's own files need
// it.
#pragma once

#include <memory>

#include "engine/state/process_table.h"

namespace saker {

struct ProcessTable::Row : Process {
    std::unique_ptr<Row> older;  // same pid: an earlier program, or an earlier process
    Row* parent_row = nullptr;
    Program* held_program = nullptr;
    uint32_t pins = 0;                 // events not judged yet that need it
    bool has_unknown_exec_id = false;  // from /proc, which does not count execs
    bool passed = false;               // ended, and no record of it is on its way

    bool is(Identity identity) const {
        return pid == identity.pid && start_time == identity.start_time;
    }
    bool is_before(Identity identity, uint32_t id) const {
        return start_time != identity.start_time ? start_time < identity.start_time : exec_id < id;
    }
    size_t bytes() const { return sizeof(Row) + cwd.capacity(); }
};

}  // namespace saker
