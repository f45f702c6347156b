// Calls by which processes change each other, themselves, their memory and the kernel: each
// parameter as it was asked, and the result.
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/memfd.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <climits>
#include <cstring>
#include <utility>
#include <vector>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

constexpr int64_t kAny = INT64_MIN;  // the result is the kernel's affair
constexpr uintptr_t kNowhere = 0x1000;
constexpr int kNobody = INT_MAX;  // no process has this id

struct Call {
    const char* event;
    long number;
    std::vector<uintptr_t> arguments;
    int64_t result;
    std::vector<std::pair<const char*, int64_t>> numbers;
    std::vector<std::pair<const char*, const char*>> texts{};
};

uintptr_t as_argument(const char* text) {
    return reinterpret_cast<uintptr_t>(text);
}

constexpr uintptr_t kMinusOne = ~uintptr_t{0};

std::vector<Call> calls_on_processes() {
    return {
        {"ptrace",
         SYS_ptrace,
         {PTRACE_POKEDATA, kNobody, kNowhere, 7},
         -ESRCH,
         {{"request", PTRACE_POKEDATA}, {"pid", kNobody}, {"addr", kNowhere}, {"data", 7}}},
        {"ptrace", SYS_ptrace, {PTRACE_TRACEME}, 0, {{"request", PTRACE_TRACEME}}},
        {"process_vm_readv",
         SYS_process_vm_readv,
         {kNobody, 0, 0, 0, 0, 1},
         -EINVAL,
         {{"pid", kNobody}}},
        {"process_vm_writev",
         SYS_process_vm_writev,
         {kNobody, 0, 0, 0, 0, 1},
         -EINVAL,
         {{"pid", kNobody}}},
        {"kill", SYS_kill, {kNobody, SIGUSR1}, -ESRCH, {{"pid", kNobody}, {"sig", SIGUSR1}}},
        {"kill", SYS_kill, {static_cast<uintptr_t>(-kNobody), 0}, -ESRCH, {{"pid", -kNobody}}},
        {"tkill", SYS_tkill, {kNobody, SIGUSR1}, -ESRCH, {{"tid", kNobody}, {"sig", SIGUSR1}}},
        {"tgkill",
         SYS_tgkill,
         {kNobody, kNobody - 1, SIGUSR2},
         -ESRCH,
         {{"pid", kNobody}, {"tid", kNobody - 1}, {"sig", SIGUSR2}}},
        {"rt_sigqueueinfo",
         SYS_rt_sigqueueinfo,
         {kNobody, SIGUSR1, 0},
         -EFAULT,
         {{"pid", kNobody}, {"sig", SIGUSR1}}},
        {"rt_tgsigqueueinfo",
         SYS_rt_tgsigqueueinfo,
         {kNobody, kNobody - 1, SIGUSR1, 0},
         -EFAULT,
         {{"pid", kNobody}, {"tid", kNobody - 1}, {"sig", SIGUSR1}}},
        {"prlimit",
         SYS_prlimit64,
         {kNobody, RLIMIT_NOFILE, 0, 0},
         -ESRCH,
         {{"pid", kNobody}, {"resource", RLIMIT_NOFILE}, {"newcur", -1}, {"oldmax", -1}}},
        {"pidfd_send_signal",
         SYS_pidfd_send_signal,
         {999, SIGUSR1, 0, 0},
         -EBADF,
         {{"fd", 999}, {"sig", SIGUSR1}, {"flags", 0}}},
        {"pidfd_open",
         SYS_pidfd_open,
         {kNobody, O_NONBLOCK},
         kAny,
         {{"pid", kNobody}, {"flags", O_NONBLOCK}}},
        {"pidfd_getfd",
         SYS_pidfd_getfd,
         {999, 3, 0},
         -EBADF,
         {{"pid_fd", 999}, {"target_fd", 3}, {"flags", 0}}},
        {"setns", SYS_setns, {999, CLONE_NEWNET}, -EBADF, {{"fd", 999}, {"nstype", CLONE_NEWNET}}},
        {"unshare",
         SYS_unshare,
         {CLONE_NEWUTS | CLONE_NEWIPC},
         0,
         {{"flags", CLONE_NEWUTS | CLONE_NEWIPC}}},
        {"unshare", SYS_unshare, {1}, -EINVAL, {{"flags", 1}}},
        {"prctl",
         SYS_prctl,
         {PR_SET_NAME, as_argument("named")},
         0,
         {{"option", PR_SET_NAME}},
         {{"arg2_str", "named"}}},
        {"prctl",
         SYS_prctl,
         {PR_SET_DUMPABLE, 7},
         -EINVAL,
         {{"option", PR_SET_DUMPABLE}, {"arg2_int", 7}},
         {{"arg2_str", ""}}},
        {"setsid", SYS_setsid, {}, kAny, {}},
        {"setpgid", SYS_setpgid, {kNobody, 5}, -ESRCH, {{"pid", kNobody}, {"pgid", 5}}},
        {"personality", SYS_personality, {0x0040000}, 0, {{"persona", 0x0040000}}},
        {"seccomp",
         SYS_seccomp,
         {SECCOMP_SET_MODE_FILTER, 1, 0},
         kAny,
         {{"op", SECCOMP_SET_MODE_FILTER}, {"flags", 1}}},
        {"keyctl",
         SYS_keyctl,
         {KEYCTL_REVOKE, 12, 13, 14, 15},
         kAny,
         {{"operation", KEYCTL_REVOKE}, {"arg2", 12}, {"arg3", 13}, {"arg4", 14}, {"arg5", 15}}},
        {"add_key",
         SYS_add_key,
         {as_argument("no-type"), as_argument("a key"), 0, 0, kMinusOne},
         kAny,
         {{"keyring", -1}},
         {{"type", "no-type"}, {"description", "a key"}}},
        {"request_key",
         SYS_request_key,
         {as_argument("no-type"), as_argument("a key"), 0, 3},
         kAny,
         {{"keyring", 3}},
         {{"type", "no-type"}, {"description", "a key"}}},
    };
}

std::vector<Call> calls_on_memory() {
    return {
        {"memfd_create",
         SYS_memfd_create,
         {as_argument("hidden"), MFD_CLOEXEC},
         kAny,
         {{"flags", MFD_CLOEXEC}},
         {{"name", "hidden"}}},
        {"memfd_create",
         SYS_memfd_create,
         {as_argument("hidden"), 0x80000000},
         -EINVAL,
         {{"fd", -EINVAL}, {"flags", 0x80000000}}},
        {"memfd_secret", SYS_memfd_secret, {O_CLOEXEC}, kAny, {{"flags", O_CLOEXEC}}},
        {"mprotect",
         SYS_mprotect,
         {kNowhere, 4096, PROT_WRITE | PROT_EXEC},
         -ENOMEM,
         {{"addr", kNowhere}, {"length", 4096}, {"prot", PROT_WRITE | PROT_EXEC}}},
        {"pkey_mprotect",
         SYS_pkey_mprotect,
         {kNowhere, 4096, PROT_EXEC, kMinusOne},
         kAny,
         {{"addr", kNowhere}, {"length", 4096}, {"prot", PROT_EXEC}, {"pkey", -1}}},
        {"mmap",
         SYS_mmap,
         {0, 4096, PROT_READ, MAP_SHARED, 999, 8192},
         -EBADF,
         {{"addr", 0},
          {"length", 4096},
          {"prot", PROT_READ},
          {"flags", MAP_SHARED},
          {"fd", 999},
          {"offset", 8192}}},
        {"mlock", SYS_mlock, {kNowhere, 4096}, -ENOMEM, {{"addr", kNowhere}, {"len", 4096}}},
        {"mlock2",
         SYS_mlock2,
         {kNowhere, 4096, 1},
         -ENOMEM,
         {{"addr", kNowhere}, {"len", 4096}, {"flags", 1}}},
        {"munlock", SYS_munlock, {kNowhere, 4096}, -ENOMEM, {{"addr", kNowhere}, {"len", 4096}}},
        {"mlockall", SYS_mlockall, {MCL_ONFAULT}, -EINVAL, {{"flags", MCL_ONFAULT}}},
        {"munlockall", SYS_munlockall, {}, 0, {}},
        {"userfaultfd", SYS_userfaultfd, {O_CLOEXEC | 1}, kAny, {{"flags", O_CLOEXEC | 1}}},
    };
}

std::vector<Call> calls_on_the_kernel() {
    return {
        {"init_module",
         SYS_init_module,
         {kNowhere, 0, as_argument("a=1")},
         kAny,
         {{"length", 0}},
         {{"uargs", "a=1"}}},
        {"finit_module",
         SYS_finit_module,
         {999, as_argument("a=1"), 2},
         kAny,
         {{"fd", 999}, {"flags", 2}},
         {{"uargs", "a=1"}}},
        {"delete_module",
         SYS_delete_module,
         {as_argument("no_such"), O_NONBLOCK},
         kAny,
         {{"flags", O_NONBLOCK}},
         {{"name", "no_such"}}},
        {"kexec_load",
         SYS_kexec_load,
         {kNowhere, 3, 0, 0x8000},
         kAny,
         {{"entry", kNowhere}, {"segments", 3}, {"flags", 0x8000}}},
#ifdef SYS_kexec_file_load
        {"kexec_file_load",
         SYS_kexec_file_load,
         {999, 998, 2, as_argument("x"), 0x8000},
         kAny,
         {{"fd", 999}, {"initrd_fd", 998}, {"flags", 0x8000}},
         {{"cmdline", "x"}}},
#endif
        {"perf_event_open",
         SYS_perf_event_open,
         {0, kMinusOne, 2, 999, 8},
         -EFAULT,
         {{"fd", -EFAULT}, {"pid", -1}, {"cpu", 2}, {"group_fd", 999}, {"flags", 8}}},
        {"io_uring_enter",
         SYS_io_uring_enter,
         {999, 1, 2, IORING_ENTER_GETEVENTS},
         -EBADF,
         {{"fd", 999}, {"to_submit", 1}, {"min_complete", 2}, {"flags", IORING_ENTER_GETEVENTS}}},
        {"io_uring_register",
         SYS_io_uring_register,
         {999, IORING_REGISTER_FILES, kNowhere, 4},
         -EBADF,
         {{"fd", 999}, {"opcode", IORING_REGISTER_FILES}, {"arg", kNowhere}, {"nr_args", 4}}},
#ifdef SYS_ioperm
        {"ioperm",
         SYS_ioperm,
         {0xffff, 9, 1},
         kAny,
         {{"from", 0xffff}, {"count", 9}, {"turn_on", 1}}},
        {"iopl", SYS_iopl, {7}, kAny, {{"level", 7}}},
#endif
        {"reboot",
         SYS_reboot,
         {0, 0, LINUX_REBOOT_CMD_HALT, 0},
         -EINVAL,  // without the magic
         {{"cmd", LINUX_REBOOT_CMD_HALT}}},
        {"swapon",
         SYS_swapon,
         {as_argument("/nowhere"), 0x80000000},
         kAny,
         {{"flags", 0x80000000}},
         {{"path", "/nowhere"}}},
        {"swapoff", SYS_swapoff, {as_argument("/nowhere")}, kAny, {}, {{"path", "/nowhere"}}},
        {"settimeofday", SYS_settimeofday, {kNowhere, 0}, -EFAULT, {}},
        {"clock_settime",
         SYS_clock_settime,
         {CLOCK_MONOTONIC, 0},
         kAny,
         {{"which_clock", CLOCK_MONOTONIC}}},
        {"quotactl",
         SYS_quotactl,
         {0x80000100, as_argument("/nowhere"), 5, 0},
         kAny,
         {{"cmd", 0x80000100}, {"id", 5}},
         {{"special", "/nowhere"}}},
#ifdef SYS_inotify_init
        {"inotify_init", SYS_inotify_init, {}, kAny, {}},
#endif
        {"inotify_init1", SYS_inotify_init1, {O_CLOEXEC | 1}, -EINVAL, {{"flags", O_CLOEXEC | 1}}},
        {"fanotify_init",
         SYS_fanotify_init,
         {0x80000000, O_RDWR},
         -EINVAL,
         {{"flags", 0x80000000}, {"event_f_flags", O_RDWR}}},
    };
}

/// The result is in member `fd` where it is a descriptor by that name.
int64_t result_in(const Record& record) {
    return *result_of(record.event());
}

bool has_first_number(const Call& call, const Record& record) {
    return call.numbers.empty() ||
           record.number(call.numbers.front().first) == call.numbers.front().second ||
           call.numbers.front().first == std::string("fd");
}

void check(const Call& call) {
    INFO(call.event);
    const Shared<long> result;
    std::vector<uintptr_t> arguments = call.arguments;
    arguments.resize(6);
    const Shared<size_t> touched;  // a probe cannot bring in a page the child has not read yet
    const auto story = capture([&] {
        for (const auto& [member, text] : call.texts) {
            *touched += std::strlen(text);
        }
        *result = raw(call.number, arguments[0], arguments[1], arguments[2], arguments[3],
                      arguments[4], arguments[5]);
    });
    const Trait is_it = [&](const Record& record) { return has_first_number(call, record); };
    const Record& seen = story.first(call.event, by(story.actor()), is_it);
    CHECK(result_in(seen) == *result);
    if (call.result != kAny) {
        CHECK(result_in(seen) == call.result);
    }
    for (const auto& [member, number] : call.numbers) {
        INFO(member);
        CHECK(seen.number(member) == number);
    }
    for (const auto& [member, text] : call.texts) {
        INFO(member);
        CHECK(seen.text(member) == text);
    }
}

}  // namespace

TEST_CASE("what processes do to each other and to themselves", "[process_calls]") {
    for (const Call& call : calls_on_processes()) {
        check(call);
    }
}

TEST_CASE("what processes do with memory", "[process_calls]") {
    for (const Call& call : calls_on_memory()) {
        check(call);
    }
}

TEST_CASE("what processes do to the kernel", "[process_calls]") {
    for (const Call& call : calls_on_the_kernel()) {
        check(call);
    }
}

TEST_CASE("finit_module and kexec_file_load: the file, by its true name", "[process_calls]") {
    const Folder folder;
    const std::string file = folder.file("module.ko", "no module");
    folder.link("link", "module.ko");
    const std::string link = folder.path("link");
    const auto story = capture([&] {
        const int opened = ::open(link.c_str(), O_RDONLY | O_CLOEXEC);
        raw(SYS_finit_module, opened, "a=1", 0x80);  // flags that are none: never loaded
    });
    const Record& asked = story.first("finit_module", by(story.actor()));
    CHECK(asked.text("resolved") == file);
    CHECK(asked.number("ino") != 0);
    CHECK(asked.number("res") < 0);
}
