// Floods of alerts: the first at once, the others counted, and no count lost.
#include <signal.h>

#include <catch2/catch.hpp>

#include "tests/live/scene.h"

using namespace saker::support;
using nlohmann::json;

namespace {

constexpr const char* kOpens =
    "- rule: opens\n  desc: d\n"
    "  condition: evt.type in (open, openat) and fd.name startswith /nowhere/\n"
    "  output: \"%fd.name\"\n  priority: NOTICE\n";

Daemon throttled(const Puppet& puppet, const Folder& folder, const std::string& interval) {
    return daemon_for(puppet, folder.write("rules.yaml", kOpens),
                      {"--json", "-o", "throttle.interval=" + interval});
}

void open_times(Puppet& puppet, int times) {
    for (int number = 0; number < times; ++number) {
        REQUIRE(puppet.act("open /nowhere/" + std::to_string(number)) == 1);
    }
}

/// How many alerts a line stands for.
uint64_t count_of(const json& alert) {
    return alert["output_fields"].value("saker.throttled.count", uint64_t{1});
}

}  // namespace

TEST_CASE("a summary comes by itself when the interval ends", "[throttle]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    Daemon daemon = throttled(puppet, folder, "1s");
    open_times(puppet, 30);
    uint64_t told = 0;
    int summaries = 0;
    while (told < 30) {
        const auto alert = daemon.alert("opens", patience());
        REQUIRE(alert);
        told += count_of(*alert);
        summaries += (*alert)["output_fields"].contains("saker.throttled.count");
    }
    CHECK(told == 30);
    CHECK(summaries > 0);
    CHECK(daemon.stop() == 0);
}

TEST_CASE("what was held back is told at the end", "[throttle]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    Daemon daemon = throttled(puppet, folder, "1h");
    open_times(puppet, 20);
    const auto first = daemon.alert("opens", patience());
    REQUIRE(first);
    CHECK((*first)["output_fields"]["fd.name"] == "/nowhere/0");
    CHECK(daemon.stop() == 0);
    const auto summary = daemon.alert("opens", patience());
    REQUIRE(summary);
    CHECK(count_of(*summary) == 19);
    CHECK((*summary)["priority"] == "Notice");
    const json fields = (*summary)["output_fields"];
    CHECK(fields["saker.throttled.after"] == (*first)["id"]);
    CHECK(fields["proc.exepath"] == acts_binary());
    CHECK(fields["container.id"] == "host");
    CHECK(fields["saker.throttled.first"] <= fields["saker.throttled.last"]);
    CHECK_FALSE(daemon.alert("opens", Milliseconds(0)));
    CHECK_THAT(daemon.last_words(), Catch::Contains("19 alerts throttled, told by 1 summary"));
}

TEST_CASE("what was held back is told at a reload", "[throttle]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    Daemon daemon = throttled(puppet, folder, "1h");
    open_times(puppet, 5);
    REQUIRE(daemon.alert("opens", patience()));
    REQUIRE(::kill(daemon.child().pid(), SIGHUP) == 0);
    REQUIRE(daemon.alert("Saker internal: reloaded", patience()));
    const auto summary = daemon.alert("opens", patience());
    REQUIRE(summary);
    CHECK(count_of(*summary) == 4);
    open_times(puppet, 1);
    const auto next = daemon.alert("opens", patience());
    REQUIRE(next);
    CHECK((*next)["output_fields"]["fd.name"] == "/nowhere/0");
    CHECK(daemon.stop() == 0);
}
