// Who is watched: a process with all its descendants, or a control group; nobody else.
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/cgroup.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// An act that can be told from every other by the name it asks for.
void ask_for(const char* name) {
    raw(SYS_openat, AT_FDCWD, name, O_RDONLY);
}

KernelOptions processes(pid_t root) {
    KernelOptions options = only({EVENT_openat});
    options.scope.pid = root;
    return options;
}

KernelOptions group(const Cgroup& cgroup) {
    KernelOptions options = only({EVENT_openat});
    options.scope = {};
    options.scope.kind = Scope::Kind::cgroup;
    options.scope.folder = cgroup.folder();
    return options;
}

bool tells_of(const std::vector<Record>& records, pid_t pid) {
    return std::ranges::any_of(records, [&](const Record& record) {
        return !record.is_snapshot() && static_cast<pid_t>(record.header().pid) == pid;
    });
}

/// Waits for a byte from the other end, or for its close.
void await(int pipe_end) {
    char byte = 0;
    if (::read(pipe_end, &byte, 1) < 0) {
        ::_exit(kRefused);
    }
}

bool no_control_groups() {
    if (Cgroup::possible()) {
        return false;
    }
    WARN("this host has no control groups: not tested");
    return true;
}

}  // namespace

TEST_CASE("a process outside the scope raises nothing", "[scope]") {
    Actor inside([] { ask_for("/nowhere/inside"); });
    Actor outside([] {
        ask_for("/nowhere/outside");
        if (::fork() == 0) {
            ask_for("/nowhere/outside");
        }
    });
    Watch watch(processes(inside.pid()));
    watch.drain();
    outside.run();
    CHECK_FALSE(tells_of(watch.drain(), outside.pid()));
    const auto story = watch.follow(inside);
    CHECK(story.has("openat", says("name", "/nowhere/inside")));
    CHECK_FALSE(story.has("openat", says("name", "/nowhere/outside")));
}

TEST_CASE("the watching process itself is left out", "[scope]") {
    Watch watch(only({EVENT_openat}));
    watch.drain();
    ask_for("/nowhere/watcher");
    CHECK_FALSE(tells_of(watch.drain(), ::getpid()));
    const auto story = watch.capture([] { ask_for("/nowhere/watched"); });
    CHECK(story.has("openat", says("name", "/nowhere/watched")));
}

TEST_CASE("what proves the hooks stays between kernel and source", "[scope]") {
    Watch watch(only({EVENT_openat, EVENT_unlinkat, EVENT_connect, EVENT_setuid}));
    const auto records = watch.drain();
    CHECK(records.size() > 0);  // the snapshot
    for (const Record& record : records) {
        CHECK_FALSE(record.has(RECORD_CANARY));
        CHECK(record.header().pid != static_cast<uint32_t>(::getpid()));
    }
}

TEST_CASE("descendants of descendants are inside", "[scope]") {
    Actor root([] {
        if (::fork() == 0 && ::fork() == 0 && ::fork() == 0) {
            ask_for("/nowhere/great-grandchild");
        }
    });
    Watch watch(processes(root.pid()));
    const auto story = watch.follow(root);
    const Record& act = story.first("openat", says("name", "/nowhere/great-grandchild"));
    CHECK(static_cast<pid_t>(act.header().pid) != root.pid());
}

TEST_CASE("descendants older than the source are inside", "[scope]") {
    int cue[2];
    int ready[2];
    REQUIRE(::pipe(cue) == 0);
    REQUIRE(::pipe(ready) == 0);
    Actor root([&] { must(::write(cue[1], "", 1) == 1, "the cue"); });
    // The actor waits for its own cue, so the descendants are made by a process of their own.
    const Shared<pid_t> elder;
    Actor family([&] {
        if (::fork() == 0 && ::fork() == 0) {
            *elder = ::getpid();
            must(::write(ready[1], "", 1) == 1, "word of being ready");
            await(cue[0]);
            ask_for("/nowhere/elder");
        }
    });
    family.go();
    await(ready[0]);
    Watch watch(processes(family.pid()));
    watch.drain();
    root.run();
    family.wait();
    const auto records = watch.drain();
    CHECK(std::ranges::any_of(records, [&](const Record& record) {
        return record.name() == "openat" && record.text("name") == "/nowhere/elder" &&
               static_cast<pid_t>(record.header().pid) == *elder;
    }));
    CHECK_FALSE(tells_of(records, root.pid()));
    for (const int end : {cue[0], cue[1], ready[0], ready[1]}) {
        ::close(end);
    }
}

TEST_CASE("orphans stay inside", "[scope]") {
    const Shared<pid_t> orphan;
    const Shared<pid_t> new_parent;
    const auto story = capture([&] {
        if (::fork() == 0) {
            const pid_t middle = ::getpid();
            if (::fork() == 0) {
                while (::getppid() == middle) {
                    ::usleep(100);  // until the middle one is gone
                }
                *orphan = ::getpid();
                *new_parent = ::getppid();
                ask_for("/nowhere/orphan");
            }
            ::_exit(0);
        }
    });
    const Record& act = story.first("openat", says("name", "/nowhere/orphan"));
    CHECK(static_cast<pid_t>(act.header().pid) == *orphan);
    CHECK(*new_parent == story.actor());
}

TEST_CASE("a process keeps its scope through exec, session and user", "[scope]") {
    Actor root([] {
        if (::fork() == 0) {
            must(::setsid() > 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0, "another self");
            ask_for("/nowhere/changed");
        }
    });
    Watch watch(processes(root.pid()));
    const auto story = watch.follow(root);
    CHECK(story.first("openat", says("name", "/nowhere/changed")).header().uid == 65534);
}

TEST_CASE("a control group is a scope", "[scope]") {
    if (no_control_groups()) {
        return;
    }
    const Cgroup cgroup;
    const Cgroup below(&cgroup);
    Watch watch(group(cgroup));
    const auto story = watch.capture([&] {
        ask_for("/nowhere/before");
        cgroup.enter();
        ask_for("/nowhere/within");
        below.enter();
        ask_for("/nowhere/below");
        if (::fork() == 0) {
            ask_for("/nowhere/child");
        }
    });
    REQUIRE(story.exit_code() == 0);
    CHECK_FALSE(story.has("openat", says("name", "/nowhere/before")));
    CHECK(story.first("openat", says("name", "/nowhere/within")).header().cgroup == cgroup.id());
    CHECK(story.first("openat", says("name", "/nowhere/below")).header().cgroup == below.id());
    CHECK(story.has("openat", says("name", "/nowhere/child")));
}

TEST_CASE("a control group is named before what is done in it", "[scope]") {
    if (no_control_groups()) {
        return;
    }
    const Cgroup cgroup;
    const auto story = capture([&] {
        cgroup.enter();
        ask_for("/nowhere/named");
    });
    REQUIRE(story.exit_code() == 0);
    const Record& act = story.first("openat", says("name", "/nowhere/named"));
    CHECK(act.header().cgroup == cgroup.id());
    const Record& name = story.first("cgroup", counts("id", static_cast<int64_t>(cgroup.id())));
    CHECK(name.text("cgroups") == cgroup.path());
    CHECK(name.header().time <= act.header().time);
}

TEST_CASE("a scope that cannot be", "[scope]") {
    KernelOptions options = only({EVENT_openat});
    SECTION("no such process") {
        Actor gone([] {});
        gone.run();
        options.scope.pid = gone.pid();
    }
    SECTION("no such control group") {
        options.scope.kind = Scope::Kind::cgroup;
        options.scope.folder = "/nowhere/cgroup";
    }
    const auto opened = KernelSource::open(options);
    REQUIRE_FALSE(opened);
    CHECK_FALSE(opened.error().message.empty());
}
