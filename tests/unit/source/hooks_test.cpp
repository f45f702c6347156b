// The ladders: every event has one, and a ladder is only climbed down.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "engine/event/event_table.h"
#include "engine/event/system_calls.h"
#include "engine/source/call_plans.h"
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
    for (const SystemCall& row : system_calls()) {
        INFO(name_of(row.kind));
        for (const int number : {row.native, row.compat, row.second_compat}) {
            CHECK(number < SYSCALL_NUMBERS);
            CHECK(number != SYSCALL_CANARY);
        }
        CHECK((row.native < 0 || native.insert(row.native).second));
        CHECK((row.compat < 0 || compat.insert(row.compat).second));
        CHECK((row.second_compat < 0 || compat.insert(row.second_compat).second));
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
    const auto standing = std::ranges::find_if(
        ladder.standings(), [](const auto& one) { return one.hook.name == "unlinkat"; });
    REQUIRE(standing != ladder.standings().end());
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

TEST_CASE("a program the kernel refuses takes every hook that needs it down") {
    EventSet wanted;
    wanted.set(EVENT_unlinkat).set(EVENT_listen);
    HookLadder ladder{wanted};
    CHECK(ladder.step_down_from("on_unlinkat_fexit32", "refused"));
    CHECK(ladder.step_down_from("on_listen_fexit", "refused"));
    CHECK(ladder.step_down_from("on_call", "refused"));  // the dispatcher's program of both
    CHECK_FALSE(ladder.step_down_from("on_call", "refused"));
    for (const HookReport& report : ladder.report()) {
        if (report.hook == "unlinkat" || report.hook == "listen") {
            CHECK(report.tried.size() == 2);
        }
    }
}

TEST_CASE("a plan says which member comes from which argument") {
    const call_plan& plan = call_plans()[EVENT_renameat2];
    CHECK(plan.size == sizeof(renameat2_event));
    CHECK(plan.object == OBJECT_renamed);
    CHECK(plan.object_offset == offsetof(renameat2_event, ino));
    CHECK(plan.names_used == 2);
    CHECK(plan.names[1].argument == 2);
    CHECK(plan.steps[0].kind == STEP_result);
    CHECK(plan.steps[4].kind == STEP_text);
    CHECK(plan.steps[4].offset == offsetof(renameat2_event, newpath));
    CHECK(plan.steps[4].argument == 3);
    CHECK(call_plans()[EVENT_rename].names[0].argument == WORKING_DIRECTORY);
    CHECK(call_plans()[EVENT_setfsuid].steps[0].kind == STEP_result32);
    CHECK(call_plans()[EVENT_setfsuid].steps[1].kind == STEP_id);
    CHECK(call_plans()[EVENT_openat].size == 0);  // it has a program of its own
}

TEST_CASE("what follows members by place lies as they do") {
    STATIC_REQUIRE(offsetof(unlinkat_event, file_flags) - offsetof(unlinkat_event, ino) ==
                   offsetof(file_members, file_flags));
    STATIC_REQUIRE(offsetof(chmod_event, file_flags) - offsetof(chmod_event, ino) ==
                   offsetof(file_members, file_flags));
    STATIC_REQUIRE(offsetof(rename_event, dev) - offsetof(rename_event, ino) ==
                   offsetof(rename_members, dev));
    STATIC_REQUIRE(offsetof(bind_event, remote_path) - offsetof(bind_event, socket_ino) ==
                   offsetof(socket_members, remote_path));
    STATIC_REQUIRE(offsetof(linkat_event, newdir) == offsetof(renameat2_event, newdirfd));
    STATIC_REQUIRE(offsetof(linkat_event, flags) == offsetof(renameat2_event, flags));
    STATIC_REQUIRE(offsetof(linkat_event, new_directory) ==
                   offsetof(renameat2_event, new_directory));
    STATIC_REQUIRE(sizeof(linkat_event) == sizeof(renameat2_event));
}
