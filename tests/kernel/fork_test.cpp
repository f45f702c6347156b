// Processes that are born.
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

struct Way {
    const char* event;
    long (*fork)();  ///< comes back in both, as fork does
};

const std::vector<Way>& ways() {
    static const std::vector<Way> all{
#ifdef SYS_fork
        {"fork", [] { return raw(SYS_fork); }},
#endif
        {"clone", [] { return raw(SYS_clone, SIGCHLD, 0, 0, 0, 0); }},
        {"clone3", [] { return clone3(0, SIGCHLD); }},
    };
    return all;
}

}  // namespace

TEST_CASE("each call that makes a child is one event, seen from the parent", "[fork]") {
    const Way way = GENERATE(from_range(ways()));
    INFO(way.event);
    const Shared<long> child;
    const auto story = capture([&] {
        const long born = way.fork();
        if (born == 0) {
            ::_exit(0);
        }
        *child = born;
    });
    REQUIRE(*child > 0);
    const Record& birth = story.first(way.event, counts("res", *child));
    CHECK(static_cast<pid_t>(birth.header().pid) == story.actor());
    CHECK(birth.number("pid") == *child);
    CHECK(birth.number("tid") == *child);
    CHECK(birth.number("vpid") == *child);
    CHECK(birth.number("ptid") == story.actor());
    CHECK(birth.number("parent_start_time") == static_cast<int64_t>(birth.header().start_time));
    CHECK(birth.number("child_cgroup") == static_cast<int64_t>(birth.header().cgroup));
    CHECK(birth.number("child_mount_namespace") == birth.header().mount_namespace);
    CHECK(birth.number("child_pid_namespace") == birth.header().pid_namespace);
    CHECK_FALSE(birth.text("cgroups").empty());

    const Record& death = story.first("procexit", by(static_cast<pid_t>(*child)));
    CHECK(birth.number("child_start_time") == static_cast<int64_t>(death.header().start_time));
    CHECK(story.all(way.event, counts("pid", *child)).size() == 1);
}

#ifdef SYS_vfork
TEST_CASE("vfork is an event of its own name", "[fork]") {
    const Shared<long> child;
    const auto story = capture([&] {
        const pid_t born = ::vfork();
        if (born == 0) {
            ::_exit(0);
        }
        *child = born;
    });
    const Record& birth = story.first("vfork", counts("res", *child));
    CHECK((birth.number("flags") & (CLONE_VFORK | CLONE_VM)) == (CLONE_VFORK | CLONE_VM));
    CHECK(birth.number("ptid") == story.actor());
}
#endif

TEST_CASE("a child in a pid namespace of its own has both its numbers", "[fork]") {
    const Shared<long> child;
    const auto story = capture([&] {
        *child = clone3(CLONE_NEWPID | CLONE_NEWNS, SIGCHLD);
        if (*child == 0) {
            ::open("/nowhere/within", O_RDONLY);
            ::_exit(0);
        }
        must(*child > 0, "a pid namespace");
    });
    REQUIRE(story.exit_code() == 0);
    const Record& birth = story.first("clone3", by(story.actor()));
    const auto born = static_cast<pid_t>(birth.number("pid"));
    CHECK(birth.number("vpid") == 1);
    CHECK(birth.number("child_pid_namespace") != birth.header().pid_namespace);
    CHECK(birth.number("child_mount_namespace") != birth.header().mount_namespace);
    CHECK((birth.number("flags") & CLONE_NEWPID) != 0);
    CHECK(birth.number("pidns_init_start_ts") == birth.number("child_start_time"));

    const Record& act = story.first("openat", says("name", "/nowhere/within"));
    CHECK(static_cast<pid_t>(act.header().pid) == born);
    CHECK(act.header().vpid == 1);
    CHECK(act.header().vtid == 1);
    CHECK(act.header().pid_namespace == birth.number("child_pid_namespace"));
    CHECK(act.header().mount_namespace == birth.number("child_mount_namespace"));
}

TEST_CASE("a child given to the caller's own parent says whose it is", "[fork]") {
    const auto story = capture([] {
        const pid_t middle = ::fork();
        if (middle == 0) {
            if (clone3(CLONE_PARENT, 0) == 0) {
                ::_exit(0);
            }
            ::_exit(0);
        }
    });
    const auto births = story.all("clone3");
    REQUIRE_FALSE(births.empty());
    const Record& birth = *births.front();
    CHECK(static_cast<pid_t>(birth.header().pid) != story.actor());
    CHECK(birth.number("ptid") == story.actor());
    CHECK((birth.number("flags") & CLONE_PARENT) != 0);
}

TEST_CASE("what a child does is the child's", "[fork]") {
    const Shared<long> child;
    const auto story = capture([&] {
        *child = ::fork();
        if (*child == 0) {
            ::open("/nowhere/by-child", O_RDONLY);
            ::_exit(0);
        }
    });
    const Record& act = story.first("openat", says("name", "/nowhere/by-child"));
    CHECK(static_cast<pid_t>(act.header().pid) != story.actor());
}

TEST_CASE("a child that could not be made", "[fork]") {
    SECTION("flags that do not fit together") {
        const auto story =
            capture([] { raw(SYS_clone, CLONE_SIGHAND | SIGCHLD, nullptr, nullptr, 0, 0); });
        const Record& failed = story.first("clone", counts("res", -EINVAL));
        CHECK(static_cast<pid_t>(failed.header().pid) == story.actor());
        CHECK(failed.number("flags") == (CLONE_SIGHAND | SIGCHLD));
        CHECK(failed.number("pid") == 0);
    }
    SECTION("clone3") {
        const auto story = capture([] { clone3(CLONE_SIGHAND, SIGCHLD); });
        const Record& failed = story.first("clone3", counts("res", -EINVAL));
        CHECK(failed.number("flags") == CLONE_SIGHAND);
    }
#ifdef SYS_fork
    SECTION("more processes than the user may have") {
        const Shared<long> result;
        const auto story = capture([&] {
            constexpr int kUser = 54321;
            const rlimit none{1, 1};
            must(::setrlimit(RLIMIT_NPROC, &none) == 0, "a limit");
            must(::setresuid(kUser, kUser, kUser) == 0, "another user");
            *result = raw(SYS_fork);
            if (*result == 0) {
                ::_exit(0);
            }
        });
        REQUIRE(story.exit_code() == 0);
        REQUIRE(*result == -EAGAIN);
        const Record& failed = story.first("fork", counts("res", -EAGAIN));
        CHECK(static_cast<pid_t>(failed.header().pid) == story.actor());
        CHECK(failed.number("flags") == SIGCHLD);
    }
#endif
}
