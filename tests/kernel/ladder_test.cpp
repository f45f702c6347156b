// Which hook each event comes from, why not from a better one, and what then is not seen.
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// Places of the kernel this process has programs attached to.
size_t attached() {
    size_t count = 0;
    DIR* folder = ::opendir("/proc/self/fdinfo");
    REQUIRE(folder != nullptr);
    while (const dirent* entry = ::readdir(folder)) {
        std::ifstream facts(std::string("/proc/self/fdinfo/") + entry->d_name);
        std::string line;
        while (std::getline(facts, line)) {
            count += line.starts_with("link_type:");
        }
    }
    ::closedir(folder);
    return count;
}

/// A file of the kernel's that this host may not have mounted; for the test it is mounted where
/// nobody else sees it. False where the kernel has none.
bool provide(const char* file, const char* type, const char* folder) {
    if (::access(file, F_OK) == 0) {
        return true;
    }
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("saker", folder, type, 0, nullptr) == 0 && ::access(file, F_OK) == 0;
}

bool provide_tracepoints() {
    return provide("/sys/kernel/tracing/events/syscalls/sys_exit_openat", "tracefs",
                   "/sys/kernel/tracing");
}

/// The kernel asks BPF programs as it asks its security modules.
bool has_bpf_module() {
    static constexpr const char* kList = "/sys/kernel/security/lsm";
    std::string names;
    if (provide(kList, "securityfs", "/sys/kernel/security")) {
        std::ifstream list(kList);
        std::getline(list, names);
    }
    return ("," + names + ",").find(",bpf,") != std::string::npos;
}

void open_and_connect() {
    raw(SYS_openat, AT_FDCWD, "/nowhere/file", O_RDONLY);
    raw(SYS_connect, 999, nullptr, 0);
}

}  // namespace

TEST_CASE("every event has a hook that was proven, or a blind spot that is told", "[ladder]") {
    for (size_t id = 0; id < EVENT_COUNT; ++id) {
        if (kEventTable[id].is_internal()) {
            continue;
        }
        const HookReport report = hook_of(static_cast<event_id>(id));
        INFO(kEventTable[id].name << " by '" << report.chosen << "'");
        for (const HookReport::Tried& tried : report.tried) {
            UNSCOPED_INFO(tried.rung << ": " << tried.error);
        }
        CHECK_FALSE(report.hook.empty());
        if (report.chosen.empty()) {
            CHECK_FALSE(report.tried.empty());
            CHECK_FALSE(report.blind_spot.empty());
        } else {
            CHECK(report.proven == report.provable);
        }
    }
}

TEST_CASE("a rung that was refused says why, and no rung of ours is at fault", "[ladder]") {
    const bool is_asked = has_bpf_module();
    for (const HookReport& report : hooks()) {
        for (const HookReport::Tried& tried : report.tried) {
            INFO(report.hook << " on " << tried.rung << ": " << tried.error);
            CHECK_FALSE(tried.rung.empty());
            CHECK_FALSE(tried.error.empty());
            CHECK(tried.rung != report.chosen);
            CHECK(tried.rung != "tp_btf/sys_exit");  // where it is tried at all, it loads
            // Silent is only who hooks what the kernel does not call, busy who hooks twice.
            const bool was_silent = tried.error.find("own act") != std::string::npos;
            CHECK((!was_silent || (tried.rung.starts_with("lsm/") && !is_asked)));
            CHECK(tried.error.find("busy") == std::string::npos);
        }
    }
}

TEST_CASE("an LSM program is chosen where it fires, and nowhere else", "[ladder]") {
    const auto left_out = everything().without;
    if (std::ranges::find(left_out, HookKind::lsm) != left_out.end()) {
        return;
    }
    const bool fires = has_bpf_module();
    for (const event_id event :
         {EVENT_bprm_check_security, EVENT_file_open, EVENT_socket_connect}) {
        const HookReport report = hook_of(event);
        INFO(report.hook << " by '" << report.chosen << "'");
        if (report.chosen.starts_with("lsm/")) {
            CHECK(fires);
            continue;
        }
        REQUIRE_FALSE(report.tried.empty());
        CHECK(report.tried.front().rung.starts_with("lsm/"));
        const bool was_silent = report.tried.front().error.find("own act") != std::string::npos;
        CHECK(was_silent != fires);  // where it would fire it was refused at loading
    }
}

TEST_CASE("a breakpoint tells what an LSM program would", "[ladder]") {
    if (::access("/sys/bus/event_source/devices/kprobe/type", R_OK) != 0) {
        WARN("this kernel has no kprobes: not tested");
        return;
    }
    KernelOptions options = only({EVENT_file_open});
    options.without = {HookKind::lsm, HookKind::fentry};
    Watch watch(options);
    CHECK(watch.hook_of(EVENT_file_open).chosen == "kprobe/security_file_open");
    const auto story =
        watch.capture([] { raw(SYS_openat, AT_FDCWD, "/proc/self/root/proc/version", O_RDONLY); });
    CHECK(story.has("file_open", says("resolved", "/proc/version")));
}

TEST_CASE("when nothing is wanted only the life of processes is hooked", "[ladder]") {
    const size_t before = attached();
    Watch watch(only({}));
    CHECK(attached() - before == 3);
    for (const HookReport& report : watch.source().hooks()) {
        INFO(report.hook);
        CHECK(report.hook.starts_with("sched_process_"));
    }
    const auto story = watch.capture(open_and_connect);
    CHECK(story.has("procexit", by(story.actor())));
    CHECK_FALSE(story.has("openat"));
    CHECK_FALSE(story.has("connect"));
}

TEST_CASE("programs that start need no hook of files or sockets", "[ladder]") {
    Watch watch(only({EVENT_execve, EVENT_execveat}));
    for (const HookReport& report : watch.source().hooks()) {
        for (const event_id event :
             {EVENT_openat, EVENT_file_open, EVENT_connect, EVENT_socket_connect, EVENT_unlinkat}) {
            INFO(report.hook);
            CHECK_FALSE(report.events.test(event));
        }
    }
    const auto story = watch.capture(open_and_connect);
    CHECK_FALSE(story.has("openat"));
    CHECK_FALSE(story.has("connect"));
}

TEST_CASE("one wanted call leaves the others alone", "[ladder]") {
    Watch watch(only({EVENT_openat}));
    const auto story = watch.capture(open_and_connect);
    CHECK(story.has("openat", says("name", "/nowhere/file")));
    CHECK_FALSE(story.has("connect"));
}

TEST_CASE("each rung of a system call tells the same", "[ladder]") {
    struct Case {
        std::vector<HookKind> without;
        const char* chosen;
    };
    const auto tried = GENERATE(values<Case>({
        {{HookKind::fexit}, "tp_btf/sys_exit"},
        {{HookKind::fexit, HookKind::syscall_dispatcher}, "tracepoint/syscalls/sys_exit_openat"},
    }));
    INFO(tried.chosen);
    if (!provide_tracepoints()) {
        WARN("this kernel traces no system calls: not tested");
        return;
    }
    KernelOptions options = only({EVENT_openat});
    options.without = tried.without;
    Watch watch(options);
    CHECK(watch.hook_of(EVENT_openat).chosen == tried.chosen);
    CHECK(watch.hook_of(EVENT_openat).proven);
    const auto story = watch.capture([] {
        raw(SYS_openat, AT_FDCWD, "/nowhere/file", O_RDONLY | O_CLOEXEC);
        raw(SYS_openat, AT_FDCWD, "/proc/self/root/proc/version", O_RDONLY);
    });
    const Record& failed = story.first("openat", says("name", "/nowhere/file"));
    CHECK(failed.number("fd") == -ENOENT);
    CHECK(failed.number("flags") == O_CLOEXEC);
    const Record& opened = story.first("openat", says("name", "/proc/self/root/proc/version"));
    CHECK(opened.text("resolved") == "/proc/version");
}

TEST_CASE("without any rung an event is blind, and the source says so", "[ladder]") {
    KernelOptions options = only({EVENT_openat, EVENT_setuid});
    options.without = {HookKind::fexit, HookKind::syscall_dispatcher, HookKind::syscall_tracepoint};
    Watch watch(options);
    CHECK(watch.hook_of(EVENT_openat).chosen.empty());
    CHECK_FALSE(watch.hook_of(EVENT_openat).blind_spot.empty());
    const auto story = watch.capture(open_and_connect);
    CHECK_FALSE(story.has("openat"));
}

TEST_CASE("what a source attached goes with it", "[ladder]") {
    const size_t before = attached();
    {
        const Watch watch(only({EVENT_openat}));
        CHECK(attached() > before);
    }
    CHECK(attached() == before);
}
