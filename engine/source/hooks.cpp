#include "engine/source/hooks.h"

#include <array>
#include <string_view>

namespace saker {

namespace {

constexpr std::array<std::string_view, EVENT_COUNT> kNames{
#define FIELD(type, name, doc)
#define EVENT(name, lane, category, doc, ...) #name,
#include "probes/events.def"
#undef EVENT
#undef FIELD
};

EventSet events(std::initializer_list<event_id> ids) {
    EventSet set;
    for (const event_id id : ids) {
        set.set(id);
    }
    return set;
}

Rung tracepoint(std::string target, std::string program) {
    return {HookKind::tp_btf, std::move(target), std::move(program)};
}

/// Lifecycle hooks: state is wrong without them, so they are attached whatever is wanted.
std::vector<Hook> lifecycle() {
    std::vector<Hook> hooks;
    hooks.push_back({"sched_process_fork",
                     events({EVENT_fork, EVENT_vfork, EVENT_clone, EVENT_clone3}),
                     {},
                     {tracepoint("sched_process_fork", "on_fork")},
                     true,
                     "children are not seen being made"});
    hooks.push_back({"sched_process_exec",
                     events({EVENT_execve, EVENT_execveat}),
                     {},
                     {tracepoint("sched_process_exec", "on_exec")},
                     true,
                     "programs are not seen starting"});
    hooks.push_back({"sched_process_exit",
                     events({EVENT_procexit}),
                     {},
                     {tracepoint("sched_process_exit", "on_exit")},
                     true,
                     "processes are not seen ending"});
    return hooks;
}

/// Exits of system calls: the argument, the result, and the object looked up or left by another
/// hook.
Hook syscall_exit(event_id event) {
    const std::string name(kNames[event]);
    Hook hook{name, events({event}), {}, {}, false, name + " is not seen"};
    const std::string program = "on_" + name;
#if defined(__x86_64__)
    const std::string prefix = "__x64_sys_";
#else
    const std::string prefix = "__arm64_sys_";
#endif
    hook.rungs.push_back({HookKind::syscall_fexit,
                          prefix + name,
                          program + "_fexit",
                          {program + "_fexit32", program + "_fexit32_compat", program + "_fexit16",
                           program + "_fexit_socketcall"},
                          ""});
    hook.rungs.push_back({HookKind::syscall_dispatcher, "sys_exit", program, {"on_sys_exit"}, ""});
    hook.rungs.push_back({HookKind::syscall_tracepoint,
                          "sys_exit_" + name,
                          program + "_tracepoint",
                          {},
                          "calls of 32-bit programs"});
    return hook;
}

}  // namespace

std::string Rung::name() const {
    switch (kind) {
        case HookKind::tp_btf:
        case HookKind::syscall_dispatcher:
            return "tp_btf/" + target;
        case HookKind::syscall_fexit:
            return "fexit/" + target;
        case HookKind::syscall_tracepoint:
            return "tracepoint/syscalls/" + target;
        case HookKind::lsm:
            return "lsm/" + target;
        case HookKind::fentry:
            return "fentry/" + target;
        case HookKind::kprobe:
            return "kprobe/" + target;
    }
    return target;
}

std::vector<Hook> all_hooks() {
    std::vector<Hook> hooks = lifecycle();
    for (const SyscallNumbers& row : syscall_numbers()) {
        if (!hooks.front().events.test(row.event)) {  // forks are told by their tracepoint
            hooks.push_back(syscall_exit(row.event));
        }
    }
    return hooks;
}

const std::vector<SyscallNumbers>& syscall_numbers() {
    static constexpr int NONE = -1;
    static const std::vector<SyscallNumbers> numbers {
#if defined(__x86_64__)
#define SYSCALL(event, x86, arm64, compat, short_compat) {EVENT_##event, x86, compat, short_compat},
#else
#define SYSCALL(event, x86, arm64, compat, short_compat) {EVENT_##event, arm64, NONE, NONE},
#endif
#include "probes/syscalls.def"
#undef SYSCALL
    };
    return numbers;
}

}  // namespace saker
