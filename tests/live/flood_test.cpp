// A flood of file events must not push out a program's start.
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/live/scene.h"

using namespace saker::support;

TEST_CASE("a flood of opens loses no exec", "[flood]") {
    constexpr int kPrograms = 200;
    auto flooder = new_puppet();
    auto starter = new_puppet();
    auto daemon = Daemon::start(
        {"--json", "--scope", "pid:" + std::to_string(::getpid()), "-r", test_rules()});
    if (!daemon)
        FAIL(daemon.error().text());

    REQUIRE(flooder.child().say("open-flood 2000000 /etc/passwd"));
    REQUIRE(starter.act("exec-each " + std::to_string(kPrograms) + " true saker-mark") == 0);
    int seen = 0;
    while (seen < kPrograms && daemon->alert("marked program", patience()))
        ++seen;
    CHECK(seen == kPrograms);
    CHECK(flooder.child().out().next(patience() * 3) == "0");
    CHECK(daemon->stop() == 0);
    WARN(daemon->last_words());
}
