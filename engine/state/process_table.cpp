#include "engine/state/process_table.h"

#include <algorithm>
#include <unordered_set>

#include "engine/state/process_row.h"

namespace saker {
namespace {

constexpr size_t kRecent = 4096;
// Two CPUs may submit to one ring out of the order of their clocks' readings.
constexpr uint64_t kSlack = 1'000'000'000;
constexpr uint64_t kTick = 10'000'000;

size_t bytes_of(const Program& program) {
    return sizeof program + program.exe.capacity() + program.path.capacity() +
           program.inner_path.capacity() + program.filename.capacity() +
           program.asked_path.capacity() + program.interpreter.capacity() +
           program.args.capacity() + program.env.capacity() + program.cmdline.capacity();
}

}  // namespace

ProcessTable::ProcessTable(size_t byte_budget) : recent_(kRecent), byte_budget_(byte_budget) {}

ProcessTable::~ProcessTable() {
    for (auto& [pid, first] : newest_by_pid_) {
        // One by one: a destructor that recurses down a long chain overflows the stack.
        while (first) {
            drop_program(*first);
            first = std::move(first->older);
        }
    }
}

ProcessTable::Row* ProcessTable::find(Identity identity, uint32_t exec_id) const {
    Row*& recent = recent_[identity.pid % kRecent];
    if (recent && recent->is(identity) && recent->exec_id == exec_id) {
        return recent;
    }
    for (Row* row = newest(identity); row; row = row->older.get()) {
        if (row->start_time == identity.start_time && row->exec_id == exec_id) {
            recent = row;
            return row;
        }
    }
    return nullptr;
}

ProcessTable::Row* ProcessTable::newest(Identity identity) const {
    const auto found = newest_by_pid_.find(identity.pid);
    if (found == newest_by_pid_.end()) {
        return nullptr;
    }
    for (Row* row = found->second.get(); row; row = row->older.get()) {
        if (row->start_time == identity.start_time) {
            return row;
        }
        if (identity.start_time / kTick != row->start_time / kTick) {
            continue;
        }
        if (row->has_coarse_start) {
            row->start_time = identity.start_time;
            row->has_coarse_start = false;
            return row;
        }
        if (identity.start_time % kTick == 0) {
            return row;
        }
    }
    return nullptr;
}

ProcessTable::Row& ProcessTable::insert(Identity identity, uint32_t exec_id, uint64_t now) {
    auto made = std::make_unique<Row>();
    Row& row = *made;
    row.pid = identity.pid;
    row.start_time = identity.start_time;
    row.exec_id = exec_id;
    row.last_seen = now;
    std::unique_ptr<Row>* place = &newest_by_pid_[identity.pid];
    while (*place && !(*place)->is_before(identity, exec_id)) {
        place = &(*place)->older;
    }
    row.older = std::move(*place);
    *place = std::move(made);
    ++counts_.rows;
    counts_.bytes += row.bytes();
    return row;
}

void ProcessTable::link(Row& child, Row* parent) {
    // Only a row that has children can close a circle, and only a record that lies makes it do so.
    if (child.holders != 0) {
        for (const Row* above = parent; above; above = above->parent_row) {
            if (above == &child) {
                return;
            }
        }
    }
    if (parent == &child) {
        return;
    }
    if (parent) {
        ++parent->holders;
    }
    Row* former = child.parent_row;
    child.parent_row = parent;
    child.parent = parent;
    if (former) {
        --former->holders;
        release(former);
    }
}

void ProcessTable::run(Row& row, std::unique_ptr<Program> program) {
    drop_program(row);
    program->users = 1;
    counts_.bytes += bytes_of(*program);
    row.held_program = program.release();
    row.program = row.held_program;
}

void ProcessTable::share_program(Row& row, const Row& from) {
    Program* shared = from.held_program;
    ++shared->users;
    drop_program(row);
    row.held_program = shared;
    row.program = shared;
}

void ProcessTable::drop_program(Row& row) {
    if (row.held_program && --row.held_program->users == 0) {
        counts_.bytes -= bytes_of(*row.held_program);
        delete row.held_program;
    }
    row.held_program = nullptr;
}

void ProcessTable::end(Row& row, uint64_t when) {
    if (row.ended == 0) {
        row.ended = std::max<uint64_t>(when, 1);
        ended_.push_back(&row);
    }
}

void ProcessTable::end_before(Identity identity, uint32_t exec_id, uint64_t when) {
    const auto found = newest_by_pid_.find(identity.pid);
    Row* row = found == newest_by_pid_.end() ? nullptr : found->second.get();
    for (; row; row = row->older.get()) {
        if (row->is_before(identity, exec_id)) {
            end(*row, when);
        }
    }
}

void ProcessTable::set_cwd(Row& row, std::string_view cwd) {
    counts_.bytes -= row.bytes();
    row.cwd = cwd;
    counts_.bytes += row.bytes();
}

/// A row nobody needs goes, and with it the ancestors only it had kept.
void ProcessTable::release(Row* row) {
    while (row && row->passed && row->holders == 0 && row->pins == 0) {
        Row* parent = row->parent_row;
        remove(*row);
        row = parent;
    }
}

void ProcessTable::remove(Row& row) {
    Row*& recent = recent_[row.pid % kRecent];
    if (recent == &row) {
        recent = nullptr;
    }
    if (row.parent_row) {
        --row.parent_row->holders;
    }
    drop_program(row);
    --counts_.rows;
    counts_.bytes -= row.bytes();
    const auto first = newest_by_pid_.find(row.pid);
    std::unique_ptr<Row>* place = &first->second;
    while (place->get() != &row) {
        place = &(*place)->older;
    }
    *place = std::move(row.older);
    if (!first->second) {
        newest_by_pid_.erase(first);
    }
}

void ProcessTable::hold(const Process& process) {
    if (Row* row = find({process.pid, process.start_time}, process.exec_id)) {
        ++row->pins;
    }
}

void ProcessTable::let_go(const Process& process) {
    if (Row* row = find({process.pid, process.start_time}, process.exec_id)) {
        --row->pins;
        release(row);
    }
}

void ProcessTable::bulk_has_passed(uint64_t boottime) {
    bulk_time_ = std::max(bulk_time_, boottime);
    while (!ended_.empty() && ended_.front()->ended + kSlack < bulk_time_) {
        Row* row = ended_.front();
        ended_.pop_front();
        row->passed = true;
        release(row);
    }
}

void ProcessTable::make_room() {
    const size_t keep = byte_budget_ - byte_budget_ / 8;
    while (!ended_.empty() && counts_.bytes > keep) {
        Row* row = ended_.front();
        ended_.pop_front();
        row->passed = true;
        counts_.evicted += row->holders == 0 && row->pins == 0;
        release(row);
    }
    if (counts_.bytes > keep) {
        forget_held(keep);
    }
}

/// Dead ancestors go first, the longest dead first, then the running processes longest silent.
void ProcessTable::forget_held(size_t bytes_to_keep) {
    std::vector<Row*> rows = all_rows();
    // Pinned ones never: what waits to be judged is bounded elsewhere.
    std::ranges::sort(rows, [](const Row* a, const Row* b) {
        if ((a->pins == 0) != (b->pins == 0)) {
            return a->pins == 0;
        }
        if (a->is_running() != b->is_running()) {
            return b->is_running();
        }
        return a->is_running() ? a->last_seen < b->last_seen : a->ended < b->ended;
    });
    size_t bytes = counts_.bytes;
    const auto kept = std::ranges::find_if(rows, [&](const Row* row) {
        const bool is_enough = bytes <= bytes_to_keep || row->pins != 0;
        const bool frees_program = row->held_program->users == 1;
        bytes -= std::min(bytes, row->bytes() + (frees_program ? bytes_of(*row->held_program) : 0));
        return is_enough;
    });
    const std::unordered_set<const Row*> victims(rows.begin(), kept);
    for (Row* row : rows) {
        if (row->parent_row && victims.contains(row->parent_row)) {
            --row->parent_row->holders;
            row->parent_row = nullptr;
            row->parent = nullptr;
            row->lost_ancestors = true;
            counts_.cut_lineages += !victims.contains(row);
        }
    }
    std::erase_if(ended_, [&](const Row* row) { return victims.contains(row); });
    std::for_each(rows.begin(), kept, [&](Row* row) {
        remove(*row);
        ++counts_.evicted;
    });
}

std::vector<ProcessTable::Row*> ProcessTable::all_rows() const {
    std::vector<Row*> rows;
    rows.reserve(counts_.rows);
    for (const auto& [pid, first] : newest_by_pid_) {
        for (Row* row = first.get(); row; row = row->older.get()) {
            rows.push_back(row);
        }
    }
    return rows;
}

bool ProcessTable::knows(const Event& event) const {
    const event_header& header = event.header();
    return event.row().is_internal() || header.lane == LANE_critical ||
           find({header.pid, header.start_time}, header.exec_id) != nullptr;
}

const Process* ProcessTable::running(uint32_t pid) const {
    const auto found = newest_by_pid_.find(pid);
    Row* row = found == newest_by_pid_.end() ? nullptr : found->second.get();
    while (row && !row->is_running()) {
        row = row->older.get();
    }
    return row;
}

}  // namespace saker
