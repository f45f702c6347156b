#include "engine/source/canary_process.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "engine/event/event_table.h"
#include "engine/event/system_calls.h"

namespace saker {

namespace {

/// A child that does one thing and ends. It shares our memory until then.
template <class Act>
void in_child(const Act& act) {
    const pid_t child = ::vfork();
    if (child == 0) {
        act();
        ::_exit(0);
    }
    if (child > 0) {
        ::waitpid(child, nullptr, 0);
    }
}

/// The kernel asks whether we may whenever the other is not ourselves.
void look_into_parent() {
    const pid_t parent = ::getpid();
    void* list = nullptr;
    size_t size = 0;
    in_child([&] { ::syscall(SYS_get_robust_list, parent, &list, &size); });
}

void ask_nothing_of_bpf() {
    constexpr long kNoCommand = 0x7fff;
    std::array<std::byte, 64> nothing{};
    ::syscall(SYS_bpf, kNoCommand, nothing.data(), nothing.size());
}

/// The kernel asks for the capability before it looks at the name.
void name_nothing() {
    ::syscall(SYS_sethostname, nullptr, -1);
}

/// The kernel asks only about ids it may really set.
void stay_who_we_are() {
    const long uid = ::getuid();
    in_child([uid] { ::syscall(SYS_setuid, uid); });
}

/// Most calls refuse arguments of all ones: no descriptor, address, id or set of flags is so.
/// False: not permitted.
bool call_with_nonsense(event_id event) {
    const SystemCall* call = find_system_call(kEventTable[event].kind);
    if (call && call->native >= 0) {
        return ::syscall(call->native, -1L, -1L, -1L, -1L, -1L, -1L) != -1 || errno != EPERM;
    }
    return true;
}

/// A page that is empty, executable for a moment.
void make_executable(event_id event) {
    const auto size = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    const bool at_once = event == EVENT_mmap_file;
    void* page = ::mmap(nullptr, size, at_once ? PROT_READ | PROT_EXEC : PROT_READ,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        return;
    }
    if (!at_once) {
        ::mprotect(page, size, PROT_READ | PROT_EXEC);
    }
    ::munmap(page, size);
}

/// Calls that refuse nonsense, or that nonsense does nothing to.
bool is_plain_call(event_id event) {
    return event >= EVENT_ptrace && event <= EVENT_fanotify_init;
}

}  // namespace

bool act_on_process(event_id event) {
    switch (event) {
        case EVENT_ptrace_access_check:
            look_into_parent();
            break;
        case EVENT_task_kill:
        case EVENT_signaldeliver:
            in_child([] { ::kill(::getpid(), SIGKILL); });
            break;
        case EVENT_task_fix_setuid:
            stay_who_we_are();
            break;
        case EVENT_bpf:
        case EVENT_security_bpf:
            ask_nothing_of_bpf();
            break;
        case EVENT_io_uring_setup:
            ::syscall(SYS_io_uring_setup, 0, nullptr);
            break;
        case EVENT_setrlimit:
            ::syscall(SYS_setrlimit, -1, nullptr);
            break;
        case EVENT_prlimit:
            ::syscall(SYS_prlimit64, 0, -1, nullptr, nullptr);
            break;
        case EVENT_sethostname:
        case EVENT_capable:
            name_nothing();
            break;
        case EVENT_mmap_file:
        case EVENT_file_mprotect:
            make_executable(event);
            break;
        case EVENT_kill:
            ::syscall(SYS_kill, ::getpid(), 0);
            break;
        case EVENT_setsid:
            in_child([] { ::syscall(SYS_setsid); });
            break;
        case EVENT_init_module:
            return ::syscall(SYS_init_module, nullptr, 0, nullptr) == 0 || errno != EPERM;
#ifdef SYS_inotify_init
        case EVENT_inotify_init:
            ::close(static_cast<int>(::syscall(SYS_inotify_init)));
            break;
#endif
        default:
            return !is_plain_call(event) || call_with_nonsense(event);
    }
    return true;
}

}  // namespace saker
