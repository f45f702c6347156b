// What we know of one running program: who it is, what it runs, where it came from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "probes/events.h"

namespace saker {

/// The program a process runs; one object for it and the children it makes before they exec.
struct Program {
    std::string name;         // as the kernel calls it, 15 bytes at most
    std::string exe;          // argv[0], the caller's choice
    std::string path;         // of the file the kernel runs
    std::string inner_path;   // of that file inside its filesystem, when the mount shows a part
    std::string filename;     // as passed to exec
    std::string asked_path;   // `filename` made absolute, when it is another name of that file
    std::string interpreter;  // when a script was run
    std::string args;         // after argv[0], each ended by a NUL
    std::string env;          // each ended by a NUL; empty unless somebody asks for it
    std::string cmdline;      // name and args, joined by spaces
    uint32_t file_flags = 0;  // enum file_flag
    uint32_t device = 0;
    uint64_t inode = 0;
    uint64_t inode_ctime = 0;  // ns since the epoch
    uint64_t inode_mtime = 0;
    bool is_known = false;  // its exec, or the snapshot, was seen
    uint32_t users = 0;     // processes that run it

    /// `args` joined by spaces: the tail of `cmdline`.
    std::string_view joined_args() const {
        const std::string_view all = cmdline;
        return all.size() > name.size() ? all.substr(name.size() + 1) : std::string_view();
    }
};

/// Whom a process acts for; all ones where nobody told.
struct Ids {
    uint32_t real = UINT32_MAX;
    uint32_t effective = UINT32_MAX;

    bool operator==(const Ids&) const = default;
};

/// One program a process ran, from its exec (or fork) to the next. A process that execs twice has
/// three of these, so that a late record is judged with the program that did it.
struct Process {
    uint32_t pid = 0;         // host pid namespace
    uint32_t exec_id = 0;     // counts the execs of the process and its ancestors
    uint64_t start_time = 0;  // boottime ns of the process, not of the program
    uint32_t vpid = 0;        // in its own pid namespace, as all v- numbers
    uint32_t pvpid = 0;
    uint32_t pgid = 0;
    uint32_t vpgid = 0;
    uint32_t sid = 0;
    uint32_t vsid = 0;
    uint32_t tty = 0;
    uint32_t loginuid = UINT32_MAX;
    Ids ids{};         // as the last event of the critical lane had them
    Ids ids_before{};  // before they last became others
    uint32_t pid_namespace = 0;
    uint32_t mount_namespace = 0;
    uint64_t cgroup = 0;
    uint64_t pid_namespace_start = 0;  // of its first process, boottime ns
    uint64_t cap_inheritable = 0;
    uint64_t cap_permitted = 0;
    uint64_t cap_effective = 0;
    uint32_t standard_streams[3] = {};  // enum fd_type, when the program started
    std::string cwd;
    const Program* program = nullptr;  // never null in the table
    const Process* parent = nullptr;   // the program that made it, alive or not; null for the first
    uint32_t holders = 0;              // children, and versions of theirs, that point here
    uint64_t ended = 0;                // boottime ns of the exec or exit that ended it; 0: it runs
    uint64_t last_seen = 0;            // boottime ns
    bool is_kernel_thread = false;
    bool is_placeholder = false;    // its birth was not seen: only its header's facts are known
    bool has_coarse_start = false;  // read from /proc, which counts in ticks
    bool lost_ancestors = false;    // `parent` was evicted

    bool is_running() const { return ended == 0; }
};

/// The nth ancestor, 0 being the process itself; null past the first one known.
inline const Process* ancestor(const Process& process, uint64_t n) {
    const Process* found = &process;
    while (n-- > 0 && found) {
        found = found->parent;
    }
    return found;
}

}  // namespace saker
