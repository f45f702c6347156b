#include "engine/source/hooks.h"

#include <utility>

#include "engine/event/event_table.h"
#include "engine/event/system_calls.h"
#include "engine/source/call_plans.h"
#include "engine/source/hook_rows.h"

namespace saker {

namespace {

/// Lifecycle hooks: state is wrong without them, so they are attached whatever is wanted.
std::vector<Hook> lifecycle() {
    std::vector<Hook> hooks;
    hooks.push_back({"sched_process_fork",
                     events({EVENT_fork, EVENT_vfork, EVENT_clone, EVENT_clone3}),
                     {},
                     {tracepoint("sched_process_fork", "on_process_fork")},
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

/// A program or a child that was started is told by a tracepoint; one that was not, by its call.
bool is_start(event_id event) {
    return events(
               {EVENT_execve, EVENT_execveat, EVENT_fork, EVENT_vfork, EVENT_clone, EVENT_clone3})
        .test(event);
}

/// Follows the plans of all calls that have one.
const std::string kPlanProgram = "on_call";

/// Calls without a row: only the dispatcher knows them all.
Hook other_syscalls() {
    Hook hook{"syscall", events({EVENT_syscall}), {}, {}, false, "other system calls are not seen"};
    hook.rungs.push_back(
        {HookKind::syscall_dispatcher, "sys_exit", kPlanProgram, {{"on_sys_exit"}}, ""});
    return hook;
}

#if defined(__x86_64__)
constexpr const char* kNativePrefix = "__x64_sys_";
#else
constexpr const char* kNativePrefix = "__arm64_sys_";
#endif

/// The kernel's name of a call, where it is another: umount is an elder call's, and sendfile that
/// of 32-bit programs; on arm64 personality has a function of the machine's own.
std::string kernel_name(const std::string& call) {
#if defined(__aarch64__)
    if (call == "personality") {
        return "arm64_personality";
    }
#endif
    if (call == "sendfile" || call == "prlimit") {
        return call + "64";
    }
    return call == "umount2" ? "umount" : call;
}

/// The function of a call without arguments has a name for each interface, but is one: the kernel
/// refuses to hook it twice, and the program there tells the interfaces apart.
bool has_arguments(event_id event) {
    return !events({EVENT_fork, EVENT_vfork, EVENT_setsid, EVENT_munlockall, EVENT_inotify_init})
                .test(event);
}

/// The ways of 32-bit programs into a call: what is there is hooked too.
std::vector<Companion> compat_ways(event_id event, const std::string& name) {
#if defined(__x86_64__)
    if (has_arguments(event)) {
        const std::string program = "on_" + name;
        const std::string second =
            event == EVENT_sendfile ? "__ia32_compat_sys_sendfile64" : "__ia32_sys_" + name + "16";
        return {{program + "_fexit32", "__ia32_sys_" + kernel_name(name)},
                {program + "_fexit32_compat", "__ia32_compat_sys_" + name},
                {program + "_fexit32_second", second},
                {program + "_fexit_socketcall", "__ia32_compat_sys_socketcall"}};
    }
#endif
    return {};
}

/// Exits of system calls: the argument, the result, and the object looked up or left by another
/// hook.
Hook syscall_exit(event_id event) {
    const std::string name(kEventTable[event].name);
    Hook hook{name, events({event}), {}, {}, false, name + " is not seen"};
    if (is_start(event)) {
        hook.failures_only = true;
        hook.blind_spot = name + " that failed is not seen";
        hook.has_harmless_act = event != EVENT_fork && event != EVENT_vfork;
    }
    const std::string program = "on_" + name;
    const SystemCall* call = find_system_call(kEventTable[event].kind);
    const bool is_native = call && call->native >= 0;
    hook.has_harmless_act = hook.has_harmless_act && is_native;
    if (is_native) {
        hook.rungs.push_back({HookKind::fexit, kNativePrefix + kernel_name(name),
                              program + "_fexit", compat_ways(event, name), ""});
    }
    const bool has_plan = call_plans()[event].size != 0;
    hook.rungs.push_back({HookKind::syscall_dispatcher,
                          "sys_exit",
                          has_plan ? kPlanProgram : program,
                          {{"on_sys_exit"}},
                          ""});
    if (is_native) {
        hook.rungs.push_back({HookKind::syscall_tracepoint,
                              "sys_exit_" + kernel_name(name),
                              program + "_tracepoint",
                              {},
                              "calls of 32-bit programs"});
    }
    return hook;
}

/// Hooks that report an event of their own, and tell system calls which object it was.
std::vector<Hook> kernel_events() {
    std::vector<Hook> hooks;
    hooks.push_back(
        {"bprm_check_security", events({EVENT_bprm_check_security}), events({EVENT_execveat}),
         security_rungs("bprm_check_security", "security_bprm_check"), false,
         "programs are seen when they run, not when the kernel is asked to run them", STASH_exec});
    hooks.back().rungs.push_back({HookKind::tp_btf,
                                  "sched_prepare_exec",
                                  "on_prepare_exec",
                                  {},
                                  "programs that the checks of the kernel refused"});
    hooks.push_back(
        {"file_open", events({EVENT_file_open}),
         events({EVENT_open, EVENT_openat, EVENT_openat2, EVENT_creat}),
         security_rungs("file_open", "security_file_open"), false,
         "the file of an open is looked up by its descriptor when the call ends: another "
         "thread may have put another there",
         STASH_opened});
    hooks.push_back(
        {"socket_connect", events({EVENT_socket_connect}), events({EVENT_connect}),
         security_rungs("socket_connect", "security_socket_connect"), false,
         "the address of a refused connection is read from the caller's memory, which may "
         "have changed",
         STASH_peer});
    hooks.back().rungs.push_back({HookKind::tp_btf,
                                  "inet_sock_set_state",
                                  "on_set_state",
                                  {},
                                  "connections other than TCP before they are made"});
    return hooks;
}

/// What is asked about names and permissions, which also tells system calls which object it was.
std::vector<Hook> name_hooks() {
    const std::string blind =
        "the object of a call is told by directory and name as asked, not as the kernel found it";
    std::vector<Hook> hooks;
    const auto add = [&](event_id event, EventSet supported, stash_kind stash) {
        const std::string name(kEventTable[event].name);
        hooks.push_back({name, events({event}), supported, security_rungs(name, "security_" + name),
                         false, blind, static_cast<uint8_t>(stash)});
    };
    add(EVENT_path_unlink, events({EVENT_unlink, EVENT_unlinkat}), STASH_names);
    add(EVENT_path_rmdir, events({EVENT_unlinkat, EVENT_rmdir}), STASH_names);
    add(EVENT_path_mkdir, events({EVENT_mkdir, EVENT_mkdirat}), STASH_names);
    add(EVENT_path_mknod, events({EVENT_mknod, EVENT_mknodat}), STASH_names);
    add(EVENT_path_symlink, events({EVENT_symlink, EVENT_symlinkat}), STASH_names);
    add(EVENT_path_link, events({EVENT_link, EVENT_linkat}), STASH_names);
    add(EVENT_path_rename, events({EVENT_rename, EVENT_renameat, EVENT_renameat2}), STASH_names);
    add(EVENT_path_chmod, events({EVENT_chmod, EVENT_fchmodat, EVENT_fchmodat2}), STASH_changed);
    add(EVENT_path_chown, events({EVENT_chown, EVENT_lchown, EVENT_fchownat}), STASH_changed);
    add(EVENT_path_truncate, events({EVENT_truncate}), STASH_changed);
    return hooks;
}

Hook uring() {
    Hook hook{"io_uring",
              events({EVENT_openat, EVENT_openat2, EVENT_connect, EVENT_unlinkat, EVENT_renameat2,
                      EVENT_mkdirat, EVENT_symlinkat, EVENT_linkat, EVENT_socket, EVENT_bind,
                      EVENT_listen, EVENT_accept4, EVENT_sendto, EVENT_sendmsg, EVENT_recvfrom,
                      EVENT_recvmsg}),
              {},
              {},
              false,
              "what is asked through io_uring"};
    hook.via = VIA_io_uring;
    const std::string blind =
        "names removed, made or changed through the ring, and what gets a slot of it instead of a "
        "descriptor, are as asked; the address of a bind that failed is not told, nor are the "
        "connections one request accepts after its first";
    for (const auto& [target, program] :
         {std::pair{"io_uring_submit_req", "on_uring_submit"},
          std::pair{"io_uring_submit_sqe", "on_uring_submit_sqe"}}) {
        hook.rungs.push_back({HookKind::tp_btf, target, program, {{"on_uring_complete"}}, blind});
    }
    return hook;
}

void append(std::vector<Hook>& hooks, std::vector<Hook> more) {
    for (Hook& hook : more) {
        hooks.push_back(std::move(hook));
    }
}

}  // namespace

std::string Rung::name() const {
    const std::string whole = target + (variant.empty() ? "" : " " + variant);
    switch (kind) {
        case HookKind::tp_btf:
        case HookKind::syscall_dispatcher:
            return "tp_btf/" + whole;
        case HookKind::fexit:
            return "fexit/" + whole;
        case HookKind::syscall_tracepoint:
            return "tracepoint/syscalls/" + whole;
        case HookKind::lsm:
            return "lsm/" + whole;
        case HookKind::fentry:
            return "fentry/" + whole;
        case HookKind::kprobe:
            return "kprobe/" + whole;
    }
    return whole;
}

std::vector<Hook> all_hooks() {
    std::vector<Hook> hooks = lifecycle();
    for (const SystemCall& call : system_calls()) {
        if (const auto event = event_of_call(call.kind)) {
            hooks.push_back(syscall_exit(*event));
        }
    }
    hooks.push_back(other_syscalls());
    append(hooks, kernel_events());
    append(hooks, process_hooks());
    append(hooks, name_hooks());
    hooks.push_back(uring());
    return hooks;
}

std::optional<event_id> event_of_call(EventKind kind) {
    for (size_t event = 0; event < EVENT_COUNT; ++event) {
        if (kEventTable[event].kind == kind) {
            return static_cast<event_id>(event);
        }
    }
    return std::nullopt;
}

}  // namespace saker
