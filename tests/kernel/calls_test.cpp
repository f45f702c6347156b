// Calls that have no row of their own: by name, with number, arguments and result.
#include <sys/times.h>

#include <catch2/catch.hpp>

#include "engine/event/system_calls.h"
#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// Watches these calls alone.
KernelOptions calls(std::initializer_list<std::string_view> names) {
    KernelOptions options = only({EVENT_syscall});
    for (const std::string_view name : names) {
        options.calls.set(index_of(find_event_kind(name).value()));
    }
    return options;
}

}  // namespace

TEST_CASE("a call without a row is reported under its name", "[calls]") {
    Watch watch(calls({"sched_getattr"}));
    CHECK(watch.hook_of(EVENT_syscall).proven);
    const auto story = watch.capture([] {
        raw(SYS_sched_getattr, 0x1234, 0x1111L, 0x22222L, 0x3333L);
        raw(SYS_getppid);
    });
    const Record& asked = story.first("sched_getattr");
    CHECK(asked.event().kind() == event_kind("sched_getattr"));
    CHECK(asked.number("nativeID") == SYS_sched_getattr);
    CHECK(asked.number("res") == -EINVAL);
    CHECK(asked.number("argument0") == 0x1234);
    CHECK(asked.number("argument1") == 0x1111);
    CHECK(asked.number("argument2") == 0x22222);
    CHECK(asked.number("argument3") == 0x3333);
    CHECK_FALSE(story.has("getppid"));  // nobody named it
}

TEST_CASE("the result of a call without a row may be any number", "[calls]") {
    Watch watch(calls({"getppid", "lseek"}));
    const auto story = watch.capture([] {
        raw(SYS_getppid);
        raw(SYS_lseek, -1, 7L, SEEK_SET);
    });
    CHECK(story.first("getppid").number("res") == ::getpid());
    CHECK(story.first("lseek").number("res") == -EBADF);
    CHECK(story.first("lseek").number("argument1") == 7);
}

#ifdef __x86_64__
TEST_CASE("a call of a 32-bit program has its own numbers", "[calls]") {
    static constexpr int kAlarm32 = 27;
    Watch watch(calls({"alarm"}));
    const auto story = watch.capture([] { call_32(kAlarm32, 0x1234); });
    const Record& asked = story.first("alarm");
    CHECK(asked.has(RECORD_COMPAT));
    CHECK(asked.number("nativeID") == kAlarm32);
    CHECK(asked.number("argument0") == 0x1234);
    CHECK(asked.number("res") == 0);
}
#endif

TEST_CASE("noise at the number of the daemon's own act is dropped", "[calls]") {
    Watch watch(calls({"getppid"}));
    const auto story = watch.capture([] {
        raw(SYSCALL_CANARY);
        raw(SYS_getppid);
    });
    CHECK(story.has("getppid"));
    CHECK_FALSE(story.has("syscall"));
}
