// From records to alerts: which rules fire, what was lost, and what is no record.
#include "tests/unit/cli/pipeline_bench.h"

using namespace saker;
using namespace saker::test;

TEST_CASE("what is wrong with the watching itself alerts without a rule") {
    Bench bench;
    bench.pipeline.tell({"Saker internal: a test", "something is wrong", {}});
    bench.pipeline.tell({"Saker internal: a test", "something is wrong", {}});
    REQUIRE(bench.alerts.size() == 2);
    const Alert& alert = bench.alerts[0];
    CHECK(alert.rule == "Saker internal: a test");
    CHECK(alert.priority == "Critical");
    CHECK(alert.source == "internal");
    CHECK(alert.hostname == "node-1");
    CHECK(alert.message == "something is wrong");
    CHECK(alert.time > 1'000'000'000'000'000'000);
    CHECK(alert.id != bench.alerts[1].id);
    CHECK(bench.pipeline.stats().alerts == 2);
}

TEST_CASE("an alert owns what its rule and event say") {
    Bench bench;
    bench.source.add(open_of("/etc/shadow", 0));
    bench.run();
    REQUIRE(bench.alerts.size() == 2);
    const Alert& alert = bench.alerts[0];
    CHECK(alert.rule == "opened");
    CHECK(alert.priority == "Warning");
    CHECK(alert.source == "syscall");
    CHECK(alert.tags == std::vector<std::string>{"a", "b"});
    CHECK(alert.hostname == "node-1");
    CHECK(alert.time == 1'000'000'000'000'005'000);
    CHECK_THAT(alert.message, Catch::StartsWith("cat opened /etc/shadow"));
    REQUIRE(alert.fields.size() >= 2);
    CHECK(alert.fields[0].name == "proc.name");
    CHECK(alert.fields[1].name == "fd.name");
    REQUIRE_FALSE(alert.lineage.empty());
    CHECK(alert.lineage[0].pid == 10);
    CHECK(alert.lineage[0].name == "cat");
    CHECK(alert.id != bench.alerts[1].id);
}

TEST_CASE("of each type of event the first is measured, and each 64th thereafter") {
    Bench bench;
    for (uint64_t i = 0; i <= 128; ++i) {
        bench.source.add(open_of("/etc/shadow", i));
    }
    bench.run();
    const JudgeTime& opens = bench.pipeline.stats().judging[EVENT_openat];
    CHECK(opens.measured == 3);
    CHECK(opens.nanoseconds > 0);
    CHECK(bench.pipeline.stats().judging[EVENT_open].measured == 0);
    CHECK(bench.pipeline.rule_work()[0].matches == 129);
    CHECK(bench.pipeline.rule_work()[0].nanoseconds > 0);
}

TEST_CASE("first: one alert an event, of the rule that comes first") {
    Bench bench({"boot", true});
    bench.source.add(open_of("/etc/shadow", 0));
    bench.run();
    REQUIRE(bench.alerts.size() == 1);
    CHECK(bench.alerts[0].rule == "opened");
}

TEST_CASE("a gap in a lane's numbers is a loss, told by the next alert and only by it") {
    Bench bench;
    bench.source.add(open_of("/a", 0));
    bench.source.add(open_of("/b", 5));
    bench.source.add(open_of("/c", 6));
    bench.run();
    CHECK(bench.pipeline.stats().lost_bulk == 4);
    CHECK(bench.pipeline.stats().lost() == 4);
    REQUIRE(bench.alerts.size() == 3);
    CHECK_FALSE(bench.alerts[0].loss.any());
    CHECK(bench.alerts[1].loss.bulk == 4);
    CHECK_FALSE(bench.alerts[2].loss.any());
}

TEST_CASE("numbers are counted for each CPU and lane by itself") {
    Bench bench;
    bench.source.add(open_of("/a", 7));
    Record elsewhere = open_of("/b", 900);
    elsewhere.header().cpu = 3;
    bench.source.add(std::move(elsewhere));
    Record critical("setuid");
    critical.by(10, 100, 1, "cat");
    critical.header().sequence = 55;
    bench.source.add(std::move(critical));
    bench.source.add(open_of("/c", 8));
    bench.run();
    CHECK(bench.pipeline.stats().lost() == 0);
}

TEST_CASE("a record that comes after its successor is not lost") {
    Bench bench;
    bench.source.add(open_of("/a", 0));
    bench.source.add(open_of("/c", 2));
    bench.source.add(open_of("/b", 1));
    bench.source.add(open_of("/d", 3));
    bench.run();
    CHECK(bench.pipeline.stats().lost() == 0);
    CHECK(bench.pipeline.stats().events == 4);
}

TEST_CASE("our own proofs never reach rules, nor count as lost") {
    Bench bench;
    bench.source.add(open_of("/etc/shadow", 0));
    bench.source.add(open_of("/etc/shadow", 1).flag(RECORD_CANARY));
    bench.source.add(open_of("/etc/shadow", 2));
    bench.run();
    CHECK(bench.pipeline.stats().canaries == 1);
    CHECK(bench.pipeline.stats().events == 2);
    CHECK(bench.pipeline.stats().lost() == 0);
    CHECK(bench.alerts.size() == 4);
}

TEST_CASE("bytes that are no record are counted and told") {
    Bench bench;
    alignas(8) const std::byte rubbish[16]{};
    bench.pipeline.take(rubbish);
    bench.source.add(open_of("/a", 0));
    bench.run();
    CHECK(bench.pipeline.stats().malformed == 1);
    REQUIRE(bench.alerts.size() == 1);
    CHECK(bench.alerts[0].loss.malformed == 1);
}

TEST_CASE("a bulk record from a process not yet born waits for its birth") {
    Bench bench;
    bench.source.add(open_of("/etc/shadow", 0));
    Record exec("execve");
    exec.by(10, 100, 1, "cat").at(4000);
    exec.text("trusted_exepath", "/usr/bin/cat")
        .strings("args", {"/etc/shadow"})
        .text("exe", "cat");
    bench.source.add(std::move(exec));
    bench.run();
    REQUIRE(bench.alerts.size() == 2);
    CHECK(bench.alerts[0].lineage[0].exepath == "/usr/bin/cat");
    CHECK(bench.alerts[0].lineage[0].cmdline == "cat /etc/shadow");
}
