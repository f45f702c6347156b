// A daemon that may not use much CPU, in a flood: it says what it gives up, and takes it back.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <optional>

#include "tests/live/scene.h"

using namespace saker::support;
using nlohmann::json;

TEST_CASE("over budget, what may be shed is shed, counted, told, and comes back", "[budget]") {
    const Folder folder;
    Puppet flooder = new_puppet();
    Puppet other = new_puppet();
    auto started =
        Daemon::start({"--json", "--scope", "pid:" + std::to_string(::getpid()), "-r", test_rules(),
                       "-o", state_option(folder), "-o", "budget.max_cpu=2%", "-o",
                       "canary_seconds=1", "-o", "budget.shed=[openat]"});
    if (!started) {
        FAIL(started.error().text());
    }
    Daemon daemon = std::move(*started);
    {
        const Flood flood(flooder);
        const auto shed = daemon.alert("Saker internal: events shed", patience());
        REQUIRE(shed);
        CHECK((*shed)["output_fields"]["saker.shed"] == "openat");
        CHECK((*shed)["output_fields"]["saker.cpu_percent"] >= 2);
        CHECK((*shed)["output_fields"]["saker.max_cpu"] == 2);
        // What is critical is watched all the same.
        REQUIRE(other.act("exec-each 1 true saker-mark") == 0);
        CHECK(daemon.alert("marked program", patience()));
        const auto [status, said] =
            ask_saker("top --json --interval 1 --count 1 -o " + state_option(folder));
        REQUIRE(status == 0);
        const json now = json::parse(said);
        INFO(said);
        REQUIRE(now["shed"].size() == 1);
        CHECK(now["shed"][0]["event"] == "openat");
        CHECK(now["shed"][0]["per_second"] > 1000);
        CHECK(now["lost"]["bulk"] == 0);
        CHECK(now["lost"]["kernel"].empty());
    }
    const auto back = daemon.alert("Saker internal: events watched again", patience());
    REQUIRE(back);
    CHECK((*back)["output_fields"]["saker.shed"] == "");
    REQUIRE(other.act("exec cat /etc/shadow") == 0);
    CHECK(daemon.alert("opened shadow", patience()));
    CHECK(daemon.stop() == 0);
    // Its own acts told all the while: what is shed is no hook that fell silent.
    for (const json& alert : daemon.others()) {
        CHECK(alert["rule"] != "Saker internal: hook lost");
    }
    CHECK(daemon.last_words().find(" 0 lost") != std::string::npos);
}
