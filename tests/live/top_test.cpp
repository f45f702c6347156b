// saker top beside a running daemon: what happens, who makes it happen, and what becomes of it.
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/live/scene.h"

using namespace saker::support;
using nlohmann::json;

namespace {

/// The row of a table in which this member has this value; null if there is none.
json row_of(const json& table, const char* member, const json& value) {
    for (const json& row : table) {
        if (row.at(member) == value) {
            return row;
        }
    }
    return {};
}

}  // namespace

TEST_CASE("top tells events, who makes most of them, rules, hooks and outputs", "[top]") {
    const Folder folder;
    Puppet flooder = new_puppet();
    Daemon daemon = daemon_for(flooder, test_rules(), {"--json", "-o", state_option(folder)});
    REQUIRE(flooder.act("exec cat /etc/shadow") == 0);
    REQUIRE(daemon.alert("opened shadow", patience()));
    const Flood flood(flooder);
    const auto [status, said] =
        ask_saker("top --json --hooks --interval 1 --count 2 -o " + state_option(folder));
    REQUIRE(status == 0);
    std::istringstream lines(said);
    std::string line;
    json last;
    int pictures = 0;
    for (; std::getline(lines, line); ++pictures) {
        last = json::parse(line);
    }
    INFO(said);
    CHECK(pictures == 2);
    CHECK(last["up"] == true);
    CHECK(last["cpu_percent"] > 0);
    const json opens = row_of(last["events"], "event", "openat");
    REQUIRE_FALSE(opens.is_null());
    CHECK(opens["per_second"] > 1000);
    CHECK(opens["judging_nanoseconds"] > 0);
    REQUIRE_FALSE(last["processes"].empty());
    CHECK(last["processes"][0]["name"] == "acts");  // the puppet, or a child that acts for it
    CHECK(last["processes"][0]["per_second"] > 1000);
    CHECK(last["processes"][0]["too_many_per_second"] == 0);
    CHECK(row_of(last["rules"], "rule", "opened shadow")["matches"] == 1);
    CHECK(row_of(last["outputs"], "output", "stdout")["waiting"] == 0);
    REQUIRE_FALSE(last["hooks"].empty());
    CHECK(last["hooks"][0]["per_second"] > 1000);
    CHECK(last["hooks"][0]["nanoseconds"] > 0);
}

TEST_CASE("top in words, and without a daemon", "[top]") {
    const Folder folder;
    {
        Puppet puppet = new_puppet();
        Daemon daemon = daemon_for(puppet, test_rules(), {"--json", "-o", state_option(folder)});
        const auto [status, said] =
            ask_saker("top --interval 1 --count 1 -o " + state_option(folder));
        CHECK(status == 0);
        CHECK_THAT(said, Catch::StartsWith("saker is well") && Catch::Contains("  OUTPUT\n") &&
                             Catch::Contains("  stdout\n") && !Catch::Contains("\x1b"));
        CHECK(daemon.stop() == 0);
    }
    const auto [status, said] = ask_saker("top --count 1 -o " + state_option(folder));
    CHECK(status == 2);
    CHECK_THAT(said, Catch::Contains("no saker answers at " + folder.path("state")));
}
