// What the daemon gives up fails from then on, also for what it starts.
#include "cli/sandbox.h"

#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>

#include "engine/source/canary.h"

namespace {

/// In a child of its own: 0 when the sandbox was entered and the act failed with EPERM.
int refused(const std::function<long()>& act) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (!saker::cli::drop_capabilities() || !saker::cli::restrict_system_calls()) {
            ::_exit(2);
        }
        errno = 0;
        const long result = act();
        ::_exit(result == -1 && errno == EPERM ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("an act of proof that the sandbox refuses is known as refused", "[sandbox]") {
    CHECK(refused([] {
              saker::EventSet acts;
              for (const auto event : {EVENT_mount, EVENT_unshare, EVENT_listen, EVENT_kill}) {
                  acts.set(event);
              }
              const saker::EventSet refused = saker::act_for(acts).refused;
              const bool right = refused.test(EVENT_mount) && refused.test(EVENT_unshare) &&
                                 !refused.test(EVENT_listen) && !refused.test(EVENT_kill);
              errno = EPERM;
              return right ? -1L : 0L;
          }) == 0);
}

TEST_CASE("what a daemon has no use for is refused", "[sandbox]") {
    CHECK(refused([] { return ::mount("none", "/nowhere", "tmpfs", 0, nullptr); }) == 0);
    CHECK(refused([] { return ::umount2("/nowhere", 0); }) == 0);
    CHECK(refused([] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }) == 0);
    CHECK(refused([] { return ::unshare(CLONE_NEWNS); }) == 0);
    CHECK(refused([] { return ::setns(-1, 0); }) == 0);
    CHECK(refused([] { return ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0); }) == 0);
    CHECK(refused([] { return ::syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0); }) == 0);
    CHECK(refused([] { return ::chroot("/"); }) == 0);
    CHECK(refused([] { return ::syscall(SYS_init_module, nullptr, 0, ""); }) == 0);
    CHECK(refused([] { return ::syscall(SYS_kexec_load, 0, 0, nullptr, 0); }) == 0);
    CHECK(refused([] { return ::syscall(SYS_reboot, 0, 0, 0, nullptr); }) == 0);
    CHECK(refused([] { return ::setgid(1); }) == 0);  // a capability it gave up
    CHECK(refused([] { return ::chown("/tmp", 1, 1); }) == 0);
}

TEST_CASE("threads and programs are started all the same, not by a call no filter looks into",
          "[sandbox]") {
    CHECK(refused([] {
              clone_args args{};
              args.flags = CLONE_NEWUSER;
              args.exit_signal = SIGCHLD;
              const bool is_gone =
                  ::syscall(SYS_clone3, &args, sizeof args) == -1 && errno == ENOSYS;
              const bool is_there = ::syscall(SYS_clone3, nullptr, 0) == -1 && errno == EINVAL;
              int number = 0;
              std::thread([&] { number = 1; }).join();
              const bool runs = std::system("true") == 0;
              errno = EPERM;
              return is_gone && is_there && number == 1 && runs ? -1L : 0L;
          }) == 0);
}

TEST_CASE("programs it starts do not get back what it gave up", "[sandbox]") {
    CHECK(refused([] {
              // root would have every capability again after exec, were they not out of bounds
              const int status = std::system("grep -q '^CapEff:.0*c000080004$' /proc/self/status");
              errno = EPERM;
              return status == 0 ? -1L : 0L;
          }) == 0);
}
