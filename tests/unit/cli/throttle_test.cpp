// What floods: the first alert is told at once, the others by one summary that counts them.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "engine/pipeline.h"
#include "engine/rules/loader.h"
#include "tests/support/record_builder.h"

using namespace saker;
using saker::test::Record;

namespace {

constexpr const char* kRules = R"(
- rule: opened
  desc: a file was opened
  condition: evt.type = openat and fd.name startswith /etc
  output: "%proc.name opened %fd.name"
  priority: WARNING
  tags: [host]
- rule: named
  desc: one file
  condition: evt.type = openat and fd.name = /etc/named
  output: "named"
  priority: NOTICE
)";

constexpr uint64_t kBoot = 1'000'000'000'000'000'000;
constexpr uint64_t kSecond = 1'000'000'000;

class NoSource final : public Source {
  public:
    Result<size_t> poll(RecordSink&, int) override { return size_t{0}; }
    void poll_critical(RecordSink&) override {}
    bool finished() const override { return true; }
};

std::unique_ptr<rules::RuleSet> rules_with(std::vector<rules::ThrottleChoice> throttles) {
    std::string path = "/tmp/saker-throttle-XXXXXX";
    ::close(::mkstemp(path.data()));
    std::ofstream(path) << kRules;
    rules::LoadOptions options;
    options.throttles = std::move(throttles);
    options.append_output.clear();
    rules::Loaded loaded = rules::load_rules({path}, options);
    ::unlink(path.c_str());
    REQUIRE(loaded.ok());
    return std::move(loaded.rules);
}

Host host() {
    Host host;
    host.name = "node-1";
    host.boot_time = kBoot;
    return host;
}

struct Bench {
    explicit Bench(std::vector<rules::ThrottleChoice> throttles, size_t keys = 100)
        : rules(rules_with(std::move(throttles))),
          state(host()),
          pipeline(source, state, *rules, options(keys),
                   [this](Alert alert) { alerts.push_back(std::move(alert)); }) {}

    static PipelineOptions options(size_t keys) {
        PipelineOptions options{"boot"};
        options.throttle_keys = keys;
        return options;
    }

    /// A process opens a file so many seconds after boot.
    void open(std::string_view path, uint64_t second, uint32_t pid = 10,
              std::string_view program = "cat") {
        Record record("openat");
        record.by(pid, 100, 1, program).at(second * kSecond);
        record.set("fd", 3).text("name", path).text("resolved", path);
        record.header().sequence = sequence++;
        pipeline.take(record.span());
    }

    std::vector<std::string> told() const {
        std::vector<std::string> told;
        for (const Alert& alert : alerts) {
            told.push_back(alert.message);
        }
        return told;
    }

    std::unique_ptr<rules::RuleSet> rules;
    NoSource source;
    State state;
    std::vector<Alert> alerts;
    Pipeline pipeline;
    uint64_t sequence = 0;
};

std::string text_of(const Alert& alert, std::string_view name) {
    for (const rules::OutputField& field : alert.fields) {
        if (field.name == name) {
            const auto& scalar = std::get<rules::OutputScalar>(field.value);
            if (const auto* count = std::get_if<uint64_t>(&scalar)) {
                return std::to_string(*count);
            }
            return std::get<std::string>(scalar);
        }
    }
    return "no " + std::string(name);
}

const std::vector<rules::ThrottleChoice> kByName{{"*", "", 10 * kSecond, {"proc.name"}}};

}  // namespace

TEST_CASE("the first of a flood is told at once, the others by one summary when its time is up") {
    Bench bench(kByName);
    for (uint64_t second = 100; second < 110; ++second) {
        bench.open("/etc/" + std::to_string(second), second);
    }
    REQUIRE(bench.alerts.size() == 1);
    CHECK(bench.pipeline.held_back() == 9);
    bench.open("/elsewhere", 110);  // matches no rule; time goes on
    REQUIRE(bench.alerts.size() == 2);
    const Alert& first = bench.alerts[0];
    const Alert& summary = bench.alerts[1];
    CHECK(summary.rule == "opened");
    CHECK(summary.priority == "Warning");
    CHECK(summary.source == "syscall");
    CHECK(summary.tags == std::vector<std::string>{"host"});
    CHECK(summary.hostname == "node-1");
    CHECK(summary.id == first.id + "-throttled");
    CHECK(summary.time == kBoot + 101 * kSecond);
    CHECK(text_of(summary, "saker.throttled.count") == "9");
    CHECK(text_of(summary, "saker.throttled.first") == "2001-09-09T01:48:21.000000000+0000");
    CHECK(text_of(summary, "saker.throttled.last") == "2001-09-09T01:48:29.000000000+0000");
    CHECK(text_of(summary, "saker.throttled.after") == first.id);
    CHECK(text_of(summary, "proc.name") == "cat");
    CHECK_THAT(summary.message, Catch::StartsWith("9 more alerts of this rule like " + first.id));
    CHECK(bench.pipeline.stats().alerts == 2);
    CHECK(bench.pipeline.stats().throttled == 9);
    CHECK(bench.pipeline.stats().summaries == 1);
    CHECK(bench.pipeline.rule_work()[0].matches == 10);
    CHECK(bench.pipeline.held_back() == 0);
}

TEST_CASE("after its time the next alert is a first one again; nothing held back is no summary") {
    Bench bench(kByName);
    bench.open("/etc/a", 100);
    bench.open("/etc/b", 110);
    bench.open("/etc/c", 111);
    bench.open("/etc/d", 120);
    CHECK(bench.alerts.size() == 4);
    CHECK(bench.told()[1] == "cat opened /etc/b");
    CHECK_THAT(bench.told()[2], Catch::StartsWith("1 more alert of"));
    CHECK(bench.told()[3] == "cat opened /etc/d");
}

TEST_CASE("what differs in a field that counts is a flood of its own, and so is another rule") {
    Bench bench(kByName);
    bench.open("/etc/named", 100);
    bench.open("/etc/named", 101);
    bench.open("/etc/named", 102, 11, "less");
    REQUIRE(bench.alerts.size() == 4);
    CHECK(bench.alerts[0].rule == "opened");
    CHECK(bench.alerts[1].rule == "named");
    CHECK(bench.told()[2] == "less opened /etc/named");
    bench.pipeline.finish();
    REQUIRE(bench.alerts.size() == 6);
    CHECK(bench.alerts[4].rule == "opened");
    CHECK(bench.alerts[5].rule == "named");
}

TEST_CASE("without fields a rule is one flood; the last choice that fits holds") {
    Bench bench({{"*", "", 10 * kSecond, {}}, {"na*", "", 0, {"proc.name"}}, {"", "no", 0, {}}});
    bench.open("/etc/named", 100);
    bench.open("/etc/named", 101, 11, "less");
    REQUIRE(bench.alerts.size() == 3);
    CHECK(bench.alerts[2].rule == "named");
}

TEST_CASE("a rule chosen by tag, and without a choice every alert is told") {
    Bench tagged({{"", "host", 10 * kSecond, {}}});
    Bench without({});
    for (Bench* bench : {&tagged, &without}) {
        bench->open("/etc/a", 100);
        bench->open("/etc/b", 101);
    }
    CHECK(tagged.alerts.size() == 1);
    CHECK(without.alerts.size() == 2);
}

TEST_CASE("floods that cannot be counted are told, and that is counted") {
    Bench bench(kByName, 1);
    bench.open("/etc/a", 100);
    bench.open("/etc/b", 101, 11, "less");
    bench.open("/etc/b", 102, 11, "less");
    bench.open("/etc/a", 103);
    CHECK(bench.alerts.size() == 3);
    CHECK(bench.pipeline.stats().throttle_full == 2);
    CHECK(bench.pipeline.stats().throttled == 1);
    bench.open("/etc/b", 111, 11, "less");  // there is room again
    bench.open("/etc/b", 112, 11, "less");
    CHECK(bench.pipeline.stats().throttle_full == 2);
    CHECK(bench.pipeline.stats().throttled == 2);
}

TEST_CASE("other rules begin with nothing held back, and what was is told by the old ones") {
    Bench bench(kByName);
    bench.open("/etc/a", 100);
    bench.open("/etc/b", 101);
    const auto others = rules_with({{"named", "", kSecond, {}}});
    bench.pipeline.replace(*others, Bench::options(100));
    REQUIRE(bench.alerts.size() == 2);
    CHECK(bench.alerts[1].rule == "opened");
    bench.open("/etc/a", 102);
    CHECK(bench.told().back() == "cat opened /etc/a");
}

TEST_CASE("records lost meanwhile are told by the summary, since its count may be too low") {
    Bench bench(kByName);
    bench.open("/etc/a", 100);
    bench.sequence += 5;
    bench.open("/etc/b", 101);
    bench.pipeline.finish();
    REQUIRE(bench.alerts.size() == 2);
    CHECK(bench.alerts[1].loss.bulk == 5);
}

TEST_CASE("texts that only look alike are not") {
    Bench bench({{"*", "", 10 * kSecond, {"fd.name", "proc.name"}}});
    bench.open("/etc/b", 100, 10, "bc");
    bench.open("/etc/bb", 101, 11, "c");
    CHECK(bench.alerts.size() == 2);
}

TEST_CASE("only a field's name is one") {
    for (const char* wrong :
         {"nothing", "proc.name %fd.name", "toupper(proc.name)", "", "proc.name x"}) {
        INFO(wrong);
        CHECK_FALSE(rules::compile_fields({wrong}));
    }
    const auto fine = rules::compile_fields({"proc.aname[2]", "evt.type"});
    REQUIRE(fine);
    CHECK(fine->size() == 2);
}
