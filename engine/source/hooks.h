// Which hooks can report an event, best first: the ladder each event climbs down.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/event/event_kind.h"
#include "probes/events.h"

namespace saker {

using EventSet = std::bitset<EVENT_COUNT>;

/// Calls without a row in events.def, by the name rules have for them.
using CallSet = std::bitset<kEventKinds>;

enum class HookKind : uint8_t {
    tp_btf,              // a tracepoint of the kernel
    fexit,               // the end of a function of the kernel
    syscall_dispatcher,  // the end of every system call, sorted by number
    syscall_tracepoint,  // the tracepoint of one system call
    lsm,
    fentry,
    kprobe,
};

/// A program that belongs to another's rung, hooked where the kernel has that function.
struct Companion {
    std::string program;
    std::string function{};  // empty: wherever the program says
};

/// One way to report an event.
struct Rung {
    HookKind kind;
    std::string target;                   // tracepoint, function or LSM hook
    std::string program;                  // in probes/
    std::vector<Companion> companions{};  // loaded and attached with it
    std::string blind_spot{};             // what this way cannot see; empty: nothing
    std::string variant{};                // tells programs for kernels of different ages apart

    /// `tp_btf/sys_exit`, `lsm/file_open`: what doctor prints.
    std::string name() const;
};

/// One place in the kernel, and the events that come from it.
struct Hook {
    std::string name;
    EventSet events;    // reported by it
    EventSet supports;  // made truer by it: it leaves what it saw for them
    std::vector<Rung> rungs;
    bool always = false;          // state needs it whatever the rules want
    std::string blind_spot{};     // what is not seen when no rung holds
    uint8_t stashes = 0;          // enum stash_kind: what it leaves for the exit of a system call
    event_via via = VIA_syscall;  // how what it reports was asked for
    bool for_doubts = false;      // only when rules ask whether an argument was changed meanwhile
    bool failures_only = false;   // what succeeded is told by another hook
    bool has_harmless_act =
        true;  // false: nothing we may do makes it fire, so it is taken unproven

    /// Something of what it tells is wanted.
    bool serves(const EventSet& wanted) const {
        return always || (events & wanted).any() || (supports & wanted).any();
    }
};

/// Every hook this build has a program for, in the order of attaching.
std::vector<Hook> all_hooks();

/// The event a call has a row for; nothing when it is reported as EVENT_syscall.
std::optional<event_id> event_of_call(EventKind kind);

}  // namespace saker
