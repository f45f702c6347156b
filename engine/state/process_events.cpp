// What the process table learns from each kind of event.
#include <fcntl.h>
#include <sched.h>

#include <algorithm>

#include "engine/event/format.h"
#include "engine/state/process_row.h"

namespace saker {
namespace {

// What /proc counts start times in.
constexpr uint64_t kTick = 10'000'000;

const Process& nobody() {
    static const Program program;
    static const Process process = [] {
        Process made;
        made.program = &program;
        made.is_placeholder = true;
        return made;
    }();
    return process;
}

std::string joined(std::string_view name, std::string_view args) {
    std::string line;
    line.reserve(name.size() + 1 + args.size());
    line = name;
    while (!args.empty()) {
        const size_t end = std::min(args.find('\0'), args.size());
        line += ' ';
        line += args.substr(0, end);
        args.remove_prefix(std::min(end + 1, args.size()));
    }
    return line;
}

std::unique_ptr<Program> unknown_program(std::string_view name) {
    auto program = std::make_unique<Program>();
    program->name = name;
    program->cmdline = name;
    return program;
}

/// The name a program was asked by, made absolute; empty when that is no name of its file: a
/// script's is the script's, and what lies below /proc or /dev/fd is a handle.
std::string asked_path_of(const Program& program, std::string_view cwd) {
    const std::string_view asked = program.filename;
    if (asked.empty() || asked == program.path || !program.interpreter.empty() ||
        asked.starts_with("/proc/") || asked.starts_with("/dev/fd/")) {
        return {};
    }
    Scratch scratch;
    ScratchText text(scratch);
    print_absolute(text, cwd, asked);
    return text.view() == program.path ? std::string() : std::string(text.view());
}

template <class Record>
std::unique_ptr<Program> program_of(const Event& event, const Record& record,
                                    LongArguments& long_arguments) {
    auto program = std::make_unique<Program>();
    program->name = event.comm();
    program->exe = event.text(record.exe);
    program->path = event.text(record.trusted_exepath);
    program->inner_path = event.text(record.exe_filesystem_path);
    program->filename = event.text(record.filename);
    program->interpreter = event.text(record.interpreter);
    program->asked_path = asked_path_of(*program, event.text(record.cwd));
    program->args = event.text(record.args);
    long_arguments.complete(event.header(), program->exe, program->args);
    program->env = event.text(record.env);
    program->cmdline = joined(program->name, program->args);
    program->file_flags = record.flags;
    program->device = record.exe_dev;
    program->inode = record.exe_ino;
    program->inode_ctime = record.exe_ino_ctime;
    program->inode_mtime = record.exe_ino_mtime;
    program->is_known = true;
    return program;
}

template <class Record>
void fill_process(Process& row, const Record& record) {
    row.pvpid = record.pvpid;
    row.pgid = record.pgid;
    row.vpgid = record.vpgid;
    row.sid = record.sid;
    row.vsid = record.vsid;
    row.tty = record.tty;
    row.loginuid = record.loginuid;
    row.pid_namespace_start = record.pidns_init_start_ts;
    row.cap_inheritable = record.cap_inheritable;
    row.cap_permitted = record.cap_permitted;
    row.cap_effective = record.cap_effective;
    row.standard_streams[0] = record.stdin_type;
    row.standard_streams[1] = record.stdout_type;
    row.standard_streams[2] = record.stderr_type;
    row.is_kernel_thread = record.kernel_thread != 0;
    row.is_placeholder = false;
}

/// Records of the bulk lane may be older than what is known. An event that asks for other ids tells
/// those before it, also when they are the same.
void note_ids(Process& row, const event_header& header, bool asks_for_others) {
    const Ids now{header.uid, header.euid};
    if (row.ids != now || asks_for_others) {
        row.ids_before = row.ids;
        row.ids = now;
    }
}

bool asks_for_ids(const Event& event) {
    switch (event.id()) {
        case EVENT_execve:
        case EVENT_execveat:
        case EVENT_setuid:
        case EVENT_setreuid:
        case EVENT_setresuid:
            return true;
        default:
            return false;
    }
}

/// A session or group as the host counts, told as the child counts: that of the maker's program if
/// it is still the same (`before`), else one the maker leads now, or one both count alike.
uint32_t as_host_counts(uint32_t told, uint32_t told_before, uint32_t before, const Process& child,
                        const event_header& by) {
    if (told == 0 || (told == told_before && before != 0)) {
        return before;
    }
    if (told == by.vpid) {
        return by.pid;
    }
    return child.vpid == child.pid ? told : 0;
}

template <class Record>
void fill_child(Process& row, const event_header& by, const Record& record) {
    row.ids = {by.uid, by.euid};
    row.vpid = static_cast<uint32_t>(record.vpid);
    row.pgid = as_host_counts(static_cast<uint32_t>(record.vpgid), row.vpgid, row.pgid, row, by);
    row.sid = as_host_counts(static_cast<uint32_t>(record.vsid), row.vsid, row.sid, row, by);
    row.pvpid = static_cast<uint32_t>(record.pvpid);
    row.vpgid = static_cast<uint32_t>(record.vpgid);
    row.vsid = static_cast<uint32_t>(record.vsid);
    row.cgroup = record.child_cgroup;
    row.pid_namespace = static_cast<uint32_t>(record.child_pid_namespace);
    row.mount_namespace = static_cast<uint32_t>(record.child_mount_namespace);
    row.pid_namespace_start = record.pidns_init_start_ts;
    row.is_placeholder = false;
}

void fill_from_header(Process& row, const event_header& header) {
    row.vpid = header.vpid;
    row.pid_namespace = header.pid_namespace;
    row.mount_namespace = header.mount_namespace;
    row.cgroup = header.cgroup;
}

}  // namespace

/// What a child has from the process that made it, and a program from the one before it.
void ProcessTable::inherit(Row& row, const Row& from) {
    row.vpid = from.vpid;
    row.pvpid = from.pvpid;
    row.pgid = from.pgid;
    row.vpgid = from.vpgid;
    row.sid = from.sid;
    row.vsid = from.vsid;
    row.tty = from.tty;
    row.loginuid = from.loginuid;
    row.pid_namespace = from.pid_namespace;
    row.mount_namespace = from.mount_namespace;
    row.cgroup = from.cgroup;
    row.pid_namespace_start = from.pid_namespace_start;
    row.cap_inheritable = from.cap_inheritable;
    row.cap_permitted = from.cap_permitted;
    row.cap_effective = from.cap_effective;
    row.ids = from.ids;
    row.ids_before = from.ids_before;
    std::ranges::copy(from.standard_streams, row.standard_streams);
    set_cwd(row, from.cwd);
    row.is_kernel_thread = from.is_kernel_thread;
}

ProcessTable::Row& ProcessTable::insert_version(Row& known, const event_header& header) {
    if (known.program->is_known && known.exec_id < header.exec_id) {
        ++counts_.lost_execs;
    }
    Row& row = insert({header.pid, header.start_time}, header.exec_id, header.time);
    inherit(row, known);
    link(row, known.parent_row);
    if (known.exec_id < header.exec_id) {
        end(known, header.time);
    } else {
        end(row, header.time);
    }
    return row;
}

ProcessTable::Row& ProcessTable::row_of(const Event& event) {
    const event_header& header = event.header();
    const Identity identity{header.pid, header.start_time};
    if (Row* row = find(identity, header.exec_id)) {
        return *row;
    }
    Row* known = newest(identity);
    if (known && known->has_unknown_exec_id) {
        known->exec_id = header.exec_id;
        known->has_unknown_exec_id = false;
        return *known;
    }
    Row& row =
        known ? insert_version(*known, header) : insert(identity, header.exec_id, header.time);
    if (!known) {
        ++counts_.unknown;
        row.is_placeholder = true;
    }
    fill_from_header(row, header);
    row.cap_effective = header.cap_effective;
    run(row, unknown_program(event.comm()));
    return row;
}

ProcessTable::Row& ProcessTable::known_or_placeholder(Identity identity, uint32_t exec_id,
                                                      uint64_t now) {
    if (Row* row = find(identity, exec_id)) {
        return *row;
    }
    if (Row* row = newest(identity)) {
        return *row;
    }
    Row& row = insert(identity, exec_id, now);
    row.is_placeholder = true;
    run(row, unknown_program({}));
    return row;
}

template <class Record>
ProcessTable::Row& ProcessTable::on_exec(const Event& event, const Record& record) {
    const event_header& header = event.header();
    const Identity identity{header.pid, header.start_time};
    const bool is_snapshot = event.has(RECORD_SNAPSHOT);
    if (record.res < 0 && !is_snapshot) {
        return row_of(event);
    }
    Row* row = find(identity, header.exec_id);
    if (row && row->program->is_known && is_snapshot) {
        return *row;
    }
    Row* other = newest(identity);
    if (is_snapshot && other && other->start_time != header.start_time) {
        return *other;  // known by its own event already, and better than /proc knows it
    }
    if (!row) {
        row = &insert(identity, header.exec_id, header.time);
    }
    if (other && other != row && other->parent_row) {
        link(*row, other->parent_row);
    } else if (!row->parent_row && record.ptid > 0) {
        link(*row,
             &known_or_placeholder({static_cast<uint32_t>(record.ptid), record.parent_start_time},
                                   static_cast<uint32_t>(record.parent_exec_id), header.time));
    }
    if (other && other != row) {
        row->ids = other->ids;
    }
    fill_from_header(*row, header);
    fill_process(*row, record);
    set_cwd(*row, event.text(record.cwd));
    run(*row, program_of(event, record, long_arguments_));
    row->has_coarse_start = is_snapshot && header.start_time % kTick == 0;
    row->has_unknown_exec_id = row->has_coarse_start && header.exec_id == 0;
    end_before(identity, header.exec_id, header.time);
    if (newest(identity) != row) {
        end(*row, header.time);
    }
    return *row;
}

template <class Record>
ProcessTable::Row& ProcessTable::on_fork(const Event& event, const Record& record) {
    Row& caller = row_of(event);
    if (record.res <= 0 || (record.flags & CLONE_THREAD) != 0) {
        return caller;
    }
    const event_header& header = event.header();
    const Identity identity{static_cast<uint32_t>(record.pid), record.child_start_time};
    Row* child = find(identity, header.exec_id);
    if (child == &caller || (child && !child->is_placeholder)) {
        return caller;
    }
    if (!child) {
        const bool has_exec_already = newest(identity) != nullptr;
        child = &insert(identity, header.exec_id, header.time);
        end_before(identity, 0, record.child_start_time);
        if (has_exec_already) {
            end(*child, header.time);
        }
    }
    inherit(*child, caller);
    fill_child(*child, header, record);
    if (caller.pid_namespace == child->pid_namespace) {
        // setsid and setpgid are no events: what they did shows in the next child.
        caller.sid = child->sid;
        caller.vsid = child->vsid;
        caller.pgid = child->pgid;
        caller.vpgid = child->vpgid;
    }
    share_program(*child, caller);
    const bool is_own_child = record.ptid <= 0 || static_cast<uint32_t>(record.ptid) == header.pid;
    link(*child, is_own_child ? &caller
                              : &known_or_placeholder(
                                    {static_cast<uint32_t>(record.ptid), record.parent_start_time},
                                    header.exec_id, header.time));
    return caller;
}

ProcessTable::Row& ProcessTable::on_exit(const Event& event) {
    Row& row = row_of(event);
    end_before({row.pid, row.start_time}, UINT32_MAX, event.header().time);
    return row;
}

/// What acts tell of the process in passing.
ProcessTable::Row& ProcessTable::on_act(const Event& event) {
    Row& row = row_of(event);
    if (const auto* record = event.as<capset_event>(); record && record->res >= 0) {
        row.cap_inheritable = record->cap_inheritable;
        row.cap_permitted = record->cap_permitted;
        row.cap_effective = record->cap_effective;
    }
    const bool moves = event.id() == EVENT_chdir || event.id() == EVENT_fchdir;
    if (moves && result_of(event) == 0 && !event.text<"resolved">().empty()) {
        set_cwd(row, event.text<"resolved">());
    }
    if (const Member* directory = event.member<"directory">()) {
        const std::string_view cwd = event.text(*directory);
        const bool is_from_cwd = event.number<"dirfd">().value_or(AT_FDCWD) == AT_FDCWD &&
                                 event.number<"linkdirfd">().value_or(AT_FDCWD) == AT_FDCWD;
        if (is_from_cwd && !cwd.empty() && row.cwd != cwd) {
            set_cwd(row, cwd);
        }
    }
    return row;
}

const Process& ProcessTable::observe(const Event& event) {
    if (const auto* part = event.as<arguments_event>()) {
        long_arguments_.add(event, *part);
    }
    if (event.row().is_internal()) {
        return nobody();
    }
    const event_header& header = event.header();
    if (header.lane == LANE_bulk) {
        bulk_has_passed(header.time);
    }
    if (counts_.bytes > byte_budget_) {
        make_room();
    }
    Row* row = nullptr;
    switch (event.id()) {
        case EVENT_execve:
            row = &on_exec(event, *event.as<execve_event>());
            break;
        case EVENT_execveat:
            row = &on_exec(event, *event.as<execveat_event>());
            break;
        case EVENT_fork:
            row = &on_fork(event, *event.as<fork_event>());
            break;
        case EVENT_vfork:
            row = &on_fork(event, *event.as<vfork_event>());
            break;
        case EVENT_clone:
            row = &on_fork(event, *event.as<clone_event>());
            break;
        case EVENT_clone3:
            row = &on_fork(event, *event.as<clone3_event>());
            break;
        case EVENT_procexit:
            row = &on_exit(event);
            break;
        default:
            row = &on_act(event);
    }
    if (header.lane == LANE_critical) {
        note_ids(*row, header, asks_for_ids(event));
    }
    row->last_seen = std::max<uint64_t>(row->last_seen, header.time);
    return *row;
}

}  // namespace saker
