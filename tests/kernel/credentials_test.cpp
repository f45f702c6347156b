// Users, groups and capabilities that are changed; the header's are those after the call.
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

constexpr int kUser = 1234;
constexpr int kOther = 2345;
constexpr int kThird = 3456;
constexpr int64_t kUnchanged = 4294967295;

}  // namespace

TEST_CASE("user ids are changed", "[credentials]") {
    SECTION("setuid") {
        const auto story = capture([] { raw(SYS_setuid, kUser); });
        const Record& changed = story.first("setuid", counts("uid", kUser));
        CHECK(changed.number("res") == 0);
        CHECK(changed.header().uid == kUser);
        CHECK(changed.header().euid == kUser);
        CHECK(changed.header().cap_effective == 0);
        CHECK(changed.header().lane == LANE_critical);
    }
    SECTION("setreuid") {
        const auto story = capture([] { raw(SYS_setreuid, kUser, kOther); });
        const Record& changed = story.first("setreuid", by(story.actor()));
        CHECK(changed.number("ruid") == kUser);
        CHECK(changed.number("euid") == kOther);
        CHECK(changed.header().uid == kUser);
        CHECK(changed.header().euid == kOther);
    }
    SECTION("setresuid") {
        const auto story = capture([] { raw(SYS_setresuid, -1, kOther, kThird); });
        const Record& changed = story.first("setresuid", by(story.actor()));
        CHECK(changed.number("ruid") == kUnchanged);
        CHECK(changed.number("euid") == kOther);
        CHECK(changed.number("suid") == kThird);
        CHECK(changed.header().uid == ::getuid());
        CHECK(changed.header().euid == kOther);
    }
    SECTION("setfsuid gives the user before") {
        const auto story = capture([] { raw(SYS_setfsuid, kUser); });
        const Record& changed = story.first("setfsuid", by(story.actor()));
        CHECK(changed.number("uid") == kUser);
        CHECK(changed.number("res") == ::getuid());
    }
}

TEST_CASE("group ids are changed", "[credentials]") {
    SECTION("setgid") {
        const auto story = capture([] { raw(SYS_setgid, kUser); });
        const Record& changed = story.first("setgid", counts("gid", kUser));
        CHECK(changed.number("res") == 0);
        CHECK(changed.header().gid == kUser);
        CHECK(changed.header().egid == kUser);
    }
    SECTION("setregid") {
        const auto story = capture([] { raw(SYS_setregid, kUser, kOther); });
        const Record& changed = story.first("setregid", by(story.actor()));
        CHECK(changed.number("rgid") == kUser);
        CHECK(changed.number("egid") == kOther);
        CHECK(changed.header().egid == kOther);
    }
    SECTION("setresgid") {
        const auto story = capture([] { raw(SYS_setresgid, kUser, kOther, kThird); });
        const Record& changed = story.first("setresgid", by(story.actor()));
        CHECK(changed.number("rgid") == kUser);
        CHECK(changed.number("egid") == kOther);
        CHECK(changed.number("sgid") == kThird);
    }
    SECTION("setfsgid gives the group before") {
        const auto story = capture([] { raw(SYS_setfsgid, kUser); });
        const Record& changed = story.first("setfsgid", by(story.actor()));
        CHECK(changed.number("gid") == kUser);
        CHECK(changed.number("res") == ::getgid());
    }
}

TEST_CASE("who a process was before its user ids changed", "[credentials]") {
    const auto story = capture([] {
        must(raw(SYS_setresuid, kOther, 0, 0) == 0, "root by the effective id alone");
        must(raw(SYS_setuid, 0) == 0, "root by the real id");
    });
    REQUIRE(story.exit_code() == 0);
    const HookReport hook = hook_of(EVENT_task_fix_setuid);
    if (hook.chosen.empty()) {
        CHECK_FALSE(hook.blind_spot.empty());
        WARN("no hook tells on this kernel: " << hook.blind_spot);
        return;
    }
    const Record& hooked = story.first("task_fix_setuid", counts("flags", 1));
    CHECK(hooked.number("old_uid") == kOther);
    CHECK(hooked.number("old_euid") == 0);
    CHECK(hooked.number("old_suid") == 0);
    CHECK(hooked.number("uid") == 0);
    CHECK(hooked.number("euid") == 0);
    CHECK(hooked.number("suid") == 0);
    CHECK(hooked.number("fsuid") == 0);
    CHECK(hooked.header().uid == kOther);
}

TEST_CASE("ids that may not be changed", "[credentials]") {
    const auto story = capture([] {
        must(raw(SYS_setgid, kUser) == 0 && raw(SYS_setuid, kUser) == 0, "another user");
        raw(SYS_setuid, 0);
        raw(SYS_setresgid, 0, 0, 0);
    });
    const Record& user = story.first("setuid", counts("uid", 0));
    CHECK(user.number("res") == -EPERM);
    CHECK(user.header().uid == kUser);
    CHECK(story.first("setresgid", by(story.actor())).number("res") == -EPERM);
}

TEST_CASE("capabilities are given up", "[credentials]") {
    constexpr uint64_t kChown = 1 << CAP_CHOWN;
    const auto story = capture([] {
        __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        __user_cap_data_struct sets[2]{};
        sets[0].effective = kChown;
        sets[0].permitted = kChown | 1 << CAP_KILL;
        must(raw(SYS_capset, &header, sets) == 0, "fewer capabilities");
        sets[0].permitted = ~0U;
        raw(SYS_capset, &header, sets);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& fewer = story.first("capset", counts("res", 0));
    CHECK(fewer.number("cap_effective") == kChown);
    CHECK(fewer.number("cap_permitted") == (kChown | 1 << CAP_KILL));
    CHECK(fewer.number("cap_inheritable") == 0);
    CHECK(fewer.header().cap_effective == kChown);
    CHECK(story.has("capset", counts("res", -EPERM)));
}

#ifdef __x86_64__
TEST_CASE("a 32-bit setuid", "[credentials]") {
    if (is_blind_to_compat_calls(EVENT_setuid)) {
        return;
    }
    const int number = GENERATE(23, 213);  // ids of 16 bits, and of 32
    const auto story = capture([&] { call_32(number, kUser); });
    const Record& changed = story.first("setuid", counts("uid", kUser));
    CHECK(changed.number("res") == 0);
    CHECK(changed.has(RECORD_COMPAT));
}
#endif
