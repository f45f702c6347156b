#include "engine/source/canary.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "engine/base/fd.h"
#include "engine/event/event_table.h"
#include "engine/event/system_calls.h"
#include "engine/source/call_plans.h"
#include "engine/source/canary_process.h"
#include "engine/source/canary_security.h"
#include "engine/source/canary_uring.h"
#include "probes/knobs.h"

namespace saker {

namespace {

constexpr long kFchmodat2 = 452;  // newer than our headers

void close_if_open(long descriptor) {
    if (descriptor >= 0) {
        ::close(static_cast<int>(descriptor));
    }
}

#if defined(__x86_64__)
/// The smallest program: exit(0), in one page.
constexpr std::array<unsigned char, 132> kProgram{
    0x7f, 'E',  'L',  'F',  2,    1, 1,    0,    0,    0,    0,    0,
    0,    0,    0,    0,  // identification
    2,    0,    0x3e, 0,    1,    0, 0,    0,    0x78, 0,    0x40, 0,
    0,    0,    0,    0,  // executable, entry 0x400078
    0x40, 0,    0,    0,    0,    0, 0,    0,    0,    0,    0,    0,
    0,    0,    0,    0,  // program header at 64
    0,    0,    0,    0,    0x40, 0, 0x38, 0,    1,    0,    0,    0,
    0,    0,    0,    0,  // sizes
    1,    0,    0,    0,    5,    0, 0,    0,    0,    0,    0,    0,
    0,    0,    0,    0,  // load, readable, executable
    0,    0,    0x40, 0,    0,    0, 0,    0,    0,    0,    0x40, 0,
    0,    0,    0,    0,  // at 0x400000
    0x84, 0,    0,    0,    0,    0, 0,    0,    0x84, 0,    0,    0,
    0,    0,    0,    0,                                                   // all of the file
    0,    0x10, 0,    0,    0,    0, 0,    0,                              // page aligned
    0x31, 0xff, 0xb8, 0x3c, 0,    0, 0,    0x0f, 0x05, 0xcc, 0xcc, 0xcc};  // exit(0)
#else
constexpr std::array<unsigned char, 132> kProgram{
    0x7f, 'E',  'L',  'F',  2,    1,    1,    0,    0,    0,    0, 0,    0,   0, 0,    0,    2,
    0,    0xb7, 0,    1,    0,    0,    0,    0x78, 0,    0x40, 0, 0,    0,   0, 0,    0x40, 0,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0, 0,    0,   0, 0,    0,    0,
    0,    0x40, 0,    0x38, 0,    1,    0,    0,    0,    0,    0, 0,    0,   1, 0,    0,    0,
    5,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0, 0,    0,   0, 0x40, 0,    0,
    0,    0,    0,    0,    0,    0x40, 0,    0,    0,    0,    0, 0x84, 0,   0, 0,    0,    0,
    0,    0,    0x84, 0,    0,    0,    0,    0,    0,    0,    0, 0,    1,   0, 0,    0,    0,
    0,    0,    0,    0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0, 0,    0xd4};  // exit(0)
#endif

/// A child that starts a program and ends: fork, exec and exit at once.
void live_and_die() {
    const Fd program(::memfd_create("saker-canary", MFD_CLOEXEC));
    if (!program || ::write(program.get(), kProgram.data(), kProgram.size()) !=
                        static_cast<ssize_t>(kProgram.size())) {
        return;
    }
    char name[] = "saker-canary";
    char* arguments[] = {name, nullptr};
    char* environment[] = {nullptr};
    // By a path: only a hook that saw the call can tell then that it was execveat.
    const std::string path = "/proc/self/fd/" + std::to_string(program.get());
    const pid_t child = ::vfork();
    if (child == 0) {
        ::syscall(SYS_execveat, AT_FDCWD, path.c_str(), arguments, environment, 0);
        ::syscall(SYS_execveat, program.get(), "", arguments, environment, AT_EMPTY_PATH);
        ::_exit(1);
    }
    if (child > 0) {
        ::waitpid(child, nullptr, 0);
    }
}

void fail_to_start(event_id event) {
    char* nothing[] = {nullptr};
    switch (event) {
        case EVENT_execve:
            ::syscall(SYS_execve, "", nothing, nothing);
            break;
        case EVENT_execveat:
            ::syscall(SYS_execveat, -1, "", nothing, nothing, 0);
            break;
        case EVENT_clone:  // handlers cannot be shared without the memory they are in
            ::syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
            break;
        case EVENT_clone3:
            ::syscall(SYS_clone3, nullptr, 0);
            break;
        default:
            break;
    }
}

void open_root(event_id event) {
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    switch (event) {
#ifdef SYS_open
        case EVENT_open:
            close_if_open(::syscall(SYS_open, "/", flags));
            break;
        case EVENT_creat:
            close_if_open(::syscall(SYS_creat, "", 0));
            break;
#endif
        case EVENT_openat2: {
            open_how how{};
            how.flags = flags;
            close_if_open(::syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how)));
            break;
        }
        default:
            close_if_open(::syscall(SYS_openat, AT_FDCWD, "/", flags));
            break;
    }
}

/// To a name and to a port nobody listens at.
void connect_to_nobody() {
    constexpr uint16_t kUnusedPort = 1;
    constexpr char kUnusedName[] = "\0saker-canary";
    const Fd local(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, kUnusedName, sizeof(kUnusedName) - 1);
    ::connect(local.get(), reinterpret_cast<const sockaddr*>(&name),
              offsetof(sockaddr_un, sun_path) + sizeof(kUnusedName) - 1);
    const Fd inet(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kUnusedPort);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(inet.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

/// A file of which the kernel lets nobody change name or permissions, but asks its hooks before.
constexpr const char* kUnchangeable = "/proc/self/status";
constexpr const char* kNewName = "/proc/self/stat";

/// Its owner may write it, or the kernel would not get so far as to ask; no size can be changed.
constexpr const char* kWithoutSize = "/proc/self/comm";

/// A name that sysfs, which is there wherever probes load, lets nobody make.
constexpr const char* kUnmakeable = "/sys/saker-canary";
constexpr const char* kUnremovable = "/sys/kernel";

void change_names(event_id event) {
    switch (event) {
#ifdef SYS_unlink
        case EVENT_mkdir:
            ::syscall(SYS_mkdir, kUnmakeable, 0700);
            break;
        case EVENT_rmdir:
            ::syscall(SYS_rmdir, kUnremovable);
            break;
        case EVENT_mknod:
            ::syscall(SYS_mknod, kUnmakeable, S_IFIFO, 0);
            break;
        case EVENT_symlink:
            ::syscall(SYS_symlink, "/", kUnmakeable);
            break;
        case EVENT_link:
            ::syscall(SYS_link, "/sys/kernel/notes", kUnmakeable);
            break;
        case EVENT_chown:
            ::syscall(SYS_chown, kUnchangeable, -1, -1);
            break;
        case EVENT_lchown:
            ::syscall(SYS_lchown, kUnchangeable, -1, -1);
            break;
        case EVENT_unlink:
            ::syscall(SYS_unlink, kUnchangeable);
            break;
        case EVENT_rename:
            ::syscall(SYS_rename, kUnchangeable, kNewName);
            break;
        case EVENT_chmod:
            ::syscall(SYS_chmod, kUnchangeable, 0444);
            break;
#endif
#ifdef SYS_renameat
        case EVENT_renameat:
            ::syscall(SYS_renameat, AT_FDCWD, kUnchangeable, AT_FDCWD, kNewName);
            break;
#endif
        case EVENT_mkdirat:
            ::syscall(SYS_mkdirat, AT_FDCWD, kUnmakeable, 0700);
            break;
        case EVENT_mknodat:
            ::syscall(SYS_mknodat, AT_FDCWD, kUnmakeable, S_IFIFO, 0);
            break;
        case EVENT_symlinkat:
            ::syscall(SYS_symlinkat, "/", AT_FDCWD, kUnmakeable);
            break;
        case EVENT_linkat:
            ::syscall(SYS_linkat, AT_FDCWD, "/sys/kernel/notes", AT_FDCWD, kUnmakeable, 0);
            break;
        case EVENT_fchownat:
            ::syscall(SYS_fchownat, AT_FDCWD, kUnchangeable, -1, -1, 0);
            break;
        case EVENT_truncate:
            ::syscall(SYS_truncate, kWithoutSize, 0L);
            break;
        case EVENT_unlinkat:
            ::syscall(SYS_unlinkat, AT_FDCWD, kUnchangeable, 0);
            break;
        case EVENT_renameat2:
            ::syscall(SYS_renameat2, AT_FDCWD, kUnchangeable, AT_FDCWD, kNewName, 0);
            break;
        case EVENT_fchmodat:
            ::syscall(SYS_fchmodat, AT_FDCWD, kUnchangeable, 0444);
            break;
        case EVENT_fchmodat2:
            ::syscall(kFchmodat2, AT_FDCWD, kUnchangeable, 0444, 0);
            break;
        default:
            break;
    }
}

/// The number to call for an event that needs no act of its own kind; nothing when it is no call.
long number_of(event_id event) {
    if (event == EVENT_syscall) {
        return SYSCALL_CANARY;
    }
    const SystemCall* call = find_system_call(kEventTable[event].kind);
    return call ? call->native : -1;
}

/// Most calls refuse arguments of all ones, or take them for "leave it as it is": no descriptor, no
/// address, no id and no set of flags is so. False: not permitted, perhaps before the call began.
bool call_with_nonsense(event_id event) {
    const long number = number_of(event);
    return number < 0 || ::syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) != -1 || errno != EPERM;
}

/// Calls made by their rows, and those of other programs that are known to refuse.
bool refuses_nonsense(event_id event) {
    switch (event) {
        case EVENT_accept:
        case EVENT_accept4:
        case EVENT_capset:
        case EVENT_sendto:
        case EVENT_sendmsg:
        case EVENT_recvfrom:
        case EVENT_recvmsg:
            return true;
        default:
            return call_plans()[event].size != 0;
    }
}

}  // namespace

Undone act_for(const EventSet& events) {
    Undone undone;
    constexpr event_id kLife[]{
        EVENT_fork,   EVENT_vfork,    EVENT_clone,    EVENT_clone3,
        EVENT_execve, EVENT_execveat, EVENT_procexit, EVENT_bprm_check_security};
    bool lives = false;
    for (const event_id event : kLife) {
        lives |= events.test(event);
    }
    if (lives) {
        live_and_die();
    }
    if (const auto unknown = act_through_uring(events)) {
        undone.unknown_to_uring.set(*unknown);
    }
    for (size_t number = 0; number < events.size(); ++number) {
        const auto event = static_cast<event_id>(number);
        if (!events.test(number)) {
            continue;
        }
        switch (event) {
            case EVENT_open:
            case EVENT_openat:
            case EVENT_openat2:
            case EVENT_creat:
            case EVENT_file_open:
                open_root(event);
                break;
            case EVENT_execve:
            case EVENT_execveat:
            case EVENT_clone:
            case EVENT_clone3:
                fail_to_start(event);
                break;
            case EVENT_connect:
            case EVENT_socket_connect:
                connect_to_nobody();
                break;
            default:
                change_names(call_that_asks(event));
                undone.refused.set(number,
                                   (refuses_nonsense(event) && !call_with_nonsense(event)) ||
                                       !act_on_process(event) || !have_asked(event));
                break;
        }
    }
    return undone;
}

}  // namespace saker
