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

TEST_CASE("what was lost is told by an alert of Saker's own, event by event", "[flood]") {
    auto puppet = new_puppet();
    Daemon daemon = daemon_for(puppet, test_rules(), {"--json", "-o", "bulk_ring_megabytes=1"});
    const pid_t pid = daemon.child().pid();
    REQUIRE(::kill(pid, SIGSTOP) == 0);
    REQUIRE(puppet.act("open-flood 20000 /etc/passwd") == 0);
    REQUIRE(::kill(pid, SIGCONT) == 0);
    const auto told = daemon.alert("Saker internal: events lost", patience());
    REQUIRE(told);
    INFO(told->dump());
    CHECK((*told)["source"] == "internal");
    CHECK((*told)["output_fields"]["saker.lost"].get<int64_t>() > 1000);
    CHECK((*told)["output_fields"]["saker.losses"].get<std::string>().find("(the ring was full)") !=
          std::string::npos);
    CHECK(daemon.stop() == 0);
}
