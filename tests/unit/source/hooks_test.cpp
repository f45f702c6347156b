// The ladders: every event has one, and a ladder is only climbed down.
#include <catch2/catch.hpp>
#include <set>

#include "engine/event/event_table.h"
#include "engine/source/hook_ladder.h"
#include "probes/knobs.h"

using namespace saker;

namespace {

EventSet only(event_id event) {
    EventSet set;
    set.set(event);
    return set;
}

}  // namespace

TEST_CASE("every event but those of the state alone has a hook with rungs") {
    EventSet reported;
    for (const Hook& hook : all_hooks()) {
        INFO(hook.name);
        CHECK_FALSE(hook.rungs.empty());
        CHECK_FALSE(hook.blind_spot.empty());
        reported |= hook.events;
    }
    for (size_t event = 0; event < EVENT_COUNT; ++event) {
        INFO("event " << event);
        CHECK(reported.test(event) != kEventTable[event].is_internal());
    }
}

TEST_CASE("system call numbers fit the tables of the probes, each once") {
    std::set<int> native;
    std::set<int> compat;
    for (const SyscallNumbers& row : syscall_numbers()) {
        INFO("event " << row.event);
        for (const int number : {row.native, row.compat, row.short_compat}) {
            CHECK(number < SYSCALL_NUMBERS);
        }
        CHECK((row.native < 0 || native.insert(row.native).second));
        CHECK((row.compat < 0 || compat.insert(row.compat).second));
        CHECK((row.short_compat < 0 || compat.insert(row.short_compat).second));
    }
}

TEST_CASE("what is not wanted is not on the ladder") {
    const HookLadder nothing{EventSet{}};
    CHECK(nothing.standings().size() == 3);
    const HookLadder opens{only(EVENT_openat)};
    std::set<std::string> names;
    for (const auto& standing : opens.standings()) {
        names.insert(standing.hook.name);
    }
    CHECK(names.count("openat") == 1);
    CHECK(names.count("file_open") == 1);  // it makes an openat certain
    CHECK(names.count("connect") == 0);
}

TEST_CASE("climbing down keeps the reasons, and ends blind") {
    HookLadder ladder{only(EVENT_unlinkat)};
    HookLadder::Standing* standing = ladder.with_program("on_unlinkat_fexit");
    REQUIRE(standing);
    CHECK(ladder.with_program("on_unlinkat_fexit32") == standing);
    const size_t rungs = standing->hook.rungs.size();
    for (size_t step = 0; step < rungs; ++step) {
        REQUIRE(standing->rung());
        ladder.step_down(*standing, "refused");
    }
    CHECK_FALSE(standing->rung());
    ladder.step_down(*standing, "again");
    CHECK(standing->tried.size() == rungs);
    for (const HookReport& report : ladder.report()) {
        if (report.hook == "unlinkat") {
            CHECK(report.chosen.empty());
            CHECK_FALSE(report.blind_spot.empty());
            CHECK(report.tried.front().error == "refused");
        }
    }
}
