// What one run of the daemon leaves for the next.
#include "cli/heartbeat.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "tests/support/folder.h"

using namespace saker;
using namespace saker::cli;
using saker::support::Folder;

namespace {

Heartbeat opened(const Folder& folder) {
    auto heartbeat = Heartbeat::open(folder.path());
    if (!heartbeat) {
        FAIL(heartbeat.error().text());
    }
    return std::move(*heartbeat);
}

constexpr uint64_t kTime = 1'785'492'135'576'767'292;

}  // namespace

TEST_CASE("the first run has none before it, nor has one after a run that never watched") {
    const Folder folder;
    CHECK_FALSE(opened(folder).earlier());
    CHECK_FALSE(opened(folder).earlier());
    CHECK(std::filesystem::status(folder.path("heartbeat")).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("the last beat counts, and reading it changes nothing") {
    const Folder folder;
    {
        Heartbeat heartbeat = opened(folder);
        REQUIRE(heartbeat.commit({Beat::State::running, 1, 0}));
        REQUIRE(heartbeat.write({Beat::State::running, UINT64_MAX, 5}));
        REQUIRE(heartbeat.write({Beat::State::running, kTime, 7}));
    }
    for (int time = 0; time < 2; ++time) {
        const Heartbeat next = opened(folder);
        REQUIRE(next.earlier());
        CHECK(next.earlier()->state == Beat::State::running);
        CHECK(next.earlier()->time == kTime);
        CHECK(next.earlier()->held_back == 7);
    }
}

TEST_CASE("how long nobody watched is a number, too") {
    const BlindTime died = blind_time({Beat::State::running, kTime, 0}, kTime + 2'500'000'000);
    CHECK_FALSE(died.was_stopped);
    CHECK(died.seconds == 2.5);
    CHECK(blind_time({Beat::State::stopped, kTime, 0}, kTime).was_stopped);
    CHECK(blind_time({Beat::State::running, kTime, 0}, kTime - 5).seconds == 0);
    CHECK(std::isinf(blind_time({Beat::State::running, 0, 0}, kTime).seconds));
}

TEST_CASE("a run that was stopped says so") {
    const Folder folder;
    REQUIRE(opened(folder).commit({Beat::State::stopped, kTime, 0}));
    const Heartbeat next = opened(folder);
    REQUIRE(next.earlier());
    CHECK(next.earlier()->state == Beat::State::stopped);
    CHECK(next.earlier()->time == kTime);
}

TEST_CASE("what cannot be read is an end at an unknown time, never a clean one") {
    const Folder folder;
    const std::string text =
        GENERATE("", "saker stop", "saker stopped 00000000000000000005 0000000000000000000",
                 "saker stopped 5 5 5\n", "nonsense\n", std::string(1000, 'x').c_str());
    folder.write("heartbeat", text);
    {
        Heartbeat heartbeat = opened(folder);
        REQUIRE(heartbeat.earlier());
        CHECK(heartbeat.earlier()->state == Beat::State::running);
        CHECK(heartbeat.earlier()->time == 0);
        REQUIRE(heartbeat.commit({Beat::State::running, kTime, 0}));
    }
    CHECK(opened(folder).earlier()->time == kTime);
}

TEST_CASE("a link in its place is refused, and so is a folder that is not there") {
    const Folder folder;
    std::filesystem::create_symlink("/etc/passwd", folder.path("heartbeat"));
    CHECK_FALSE(Heartbeat::open(folder.path()));
    CHECK_FALSE(Heartbeat::open(folder.path() + "/nowhere"));
}

TEST_CASE("an end that was none is critical and says from when to when") {
    const InternalNotice blind =
        describe_gap({Beat::State::running, kTime, 3}, kTime + 60'000'000'000);
    CHECK(blind.rule == "Saker internal: blind");
    CHECK(blind.priority == rules::Priority::critical);
    CHECK_THAT(blind.message, Catch::StartsWith("blind from 2026-07-31T10:02:15.576767292+0000 to "
                                                "2026-07-31T10:03:15.576767292+0000: ") &&
                                  Catch::Contains("3 alerts held back"));
    REQUIRE(blind.fields.size() == 3);
    CHECK(blind.fields[0].name == "saker.blind.from");
    CHECK(std::get<rules::OutputScalar>(blind.fields[2].value) == rules::OutputScalar(uint64_t{3}));
    const InternalNotice unknown = describe_gap({}, kTime);
    CHECK_THAT(unknown.message, Catch::Contains("from an unknown time"));
    CHECK(std::get<rules::OutputScalar>(unknown.fields[0].value) == rules::OutputScalar{});
    const InternalNotice stopped = describe_gap({Beat::State::stopped, kTime, 0}, kTime + 1);
    CHECK(stopped.rule == "Saker internal: was stopped");
    CHECK(stopped.priority == rules::Priority::notice);
}
