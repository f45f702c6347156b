// Events that wait for what a runtime says of their container.
#include "tests/unit/cli/pipeline_bench.h"

using namespace saker;
using namespace saker::test;

namespace {

constexpr const char* kContainerRules = R"yaml(
- rule: wrong image
  desc: a program not of the image that should run
  condition: evt.type = openat and not container.image.repository = good/image
  output: "%container.name opened %fd.name"
  priority: WARNING
- rule: any open
  desc: a file was opened
  condition: evt.type = openat
  output: "opened %fd.name (%evt.num)"
  priority: NOTICE
)yaml";
constexpr std::string_view kContainer =
    "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e";

/// Containers are asked about; the test answers by records.
struct ContainerBench {
    struct Asker final : ContainerAsker {
        bool ask(const Container& container) override {
            asked.push_back(container.full_id);
            return true;
        }
        std::vector<std::string> asked;
    };

    explicit ContainerBench(PipelineOptions options = {"boot", false})
        : rules(load()),
          state(host(), {.asker = &asker}),
          pipeline(source, state, *rules, options,
                   [this](Alert alert) { alerts.push_back(std::move(alert)); }) {
        take(Record("cgroup").set("id", 77).text("cgroups", "/docker/" + std::string(kContainer)));
    }

    static std::unique_ptr<rules::RuleSet> load() {
        const TemporaryFile file(kContainerRules);
        rules::LoadOptions options;
        options.append_output.clear();
        rules::Loaded loaded = rules::load_rules({file.path()}, options);
        REQUIRE(loaded.ok());
        return std::move(loaded.rules);
    }

    void take(Record record) { pipeline.take(record.span()); }

    void open(uint64_t number, uint64_t cgroup = 77) {
        Record record = open_of("/f" + std::to_string(number), number);
        record.header().cgroup = cgroup;
        take(std::move(record));
    }

    void answer(const std::string& image, uint64_t time = 6000) {
        ContainerFacts facts;
        facts.is_known = !image.empty();
        facts.name = "web";
        facts.image_repository = image;
        bool was_cut = false;
        take(Record("container_facts")
                 .at(time)
                 .flag(RECORD_SNAPSHOT)
                 .text("container", kContainer)
                 .text("facts", text_of(facts, 4096, was_cut)));
    }

    std::vector<std::string> told() const {
        std::vector<std::string> told;
        for (const Alert& alert : alerts) {
            told.push_back(alert.message);
        }
        return told;
    }

    Asker asker;
    std::unique_ptr<rules::RuleSet> rules;
    LaneSource source;
    State state;
    std::vector<Alert> alerts;
    Pipeline pipeline;
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("a rule that asks what a runtime has not said yet is decided when it has") {
    ContainerBench bench;
    CHECK(bench.asker.asked == std::vector<std::string>{std::string(kContainer)});
    bench.open(1);
    bench.open(2, 0);  // on the host, where there is nothing to wait for
    // What asks for nothing of the runtime's is told at once.
    CHECK(bench.told() == Told{"opened /f1 (1)", "host opened /f2", "opened /f2 (2)"});
    SECTION("it was the right image: no alert") {
        bench.answer("good/image");
        CHECK(bench.alerts.size() == 3);
    }
    SECTION("it was a wrong one") {
        bench.answer("bad/image");
        REQUIRE(bench.alerts.size() == 4);
        CHECK(bench.alerts[3].message == "web opened /f1");
        CHECK_FALSE(bench.alerts[3].gave_up_container);
    }
    SECTION("nobody knows it: as if the image were none") {
        bench.answer("");
        REQUIRE(bench.alerts.size() == 4);
        CHECK(bench.alerts[3].rule == "wrong image");
    }
    CHECK(bench.pipeline.stats().held == 1);
    CHECK(bench.pipeline.stats().gave_up == 0);
    bench.alerts.clear();
    bench.open(3);
    CHECK(bench.pipeline.stats().held == 1);
    CHECK(bench.alerts.back().message == "opened /f3 (3)");
}

TEST_CASE("an alert whose words need the runtime waits for them too") {
    ContainerBench bench;
    bench.open(1);
    bench.answer("bad/image");
    CHECK(bench.told() == Told{"opened /f1 (1)", "web opened /f1"});
}

TEST_CASE("nobody waits longer than allowed, and the alert says so") {
    ContainerBench bench({"boot", false, {}, {}, 1000, 1 << 20});
    bench.open(1);
    CHECK(bench.alerts.size() == 1);
    bench.open(2000, 0);
    REQUIRE(bench.alerts.size() == 4);
    CHECK(bench.alerts[1].rule == "wrong image");
    CHECK(bench.alerts[1].gave_up_container);
    CHECK(bench.pipeline.stats().gave_up == 1);
}

TEST_CASE("what waits is bounded: the oldest then waits no longer") {
    ContainerBench bench({"boot", false, {}, {}, UINT64_MAX / 2, 4096});
    for (uint64_t number = 1; number <= 50; ++number) {
        bench.open(number);
    }
    CHECK(bench.pipeline.stats().held == 50);
    CHECK(bench.pipeline.stats().gave_up > 30);
    CHECK(bench.pipeline.stats().gave_up < 50);
    bench.pipeline.finish();
    CHECK(bench.pipeline.stats().gave_up == 50);
    CHECK(bench.alerts.size() == 100);
}

TEST_CASE("a held event is judged with the program that did it, though that is gone") {
    ContainerBench bench;
    bench.open(1);
    Record gone("procexit");
    gone.by(10, 100, 1, "cat").at(7000);
    bench.take(std::move(gone));
    Record later = open_of("/other", 1'500'000'000);
    later.by(99, 900, 1, "sh");
    bench.take(std::move(later));
    bench.alerts.clear();
    bench.answer("bad/image", 1'600'000'000);
    REQUIRE(bench.told() == Told{"web opened /f1"});
    CHECK(bench.alerts[0].lineage[0].name == "cat");
}

TEST_CASE("with one rule an event, the first is first even when it had to wait") {
    ContainerBench bench({"boot", true});
    bench.open(1);
    CHECK(bench.alerts.empty());
    SECTION("it holds") {
        bench.answer("bad/image");
        CHECK(bench.told() == Told{"web opened /f1"});
    }
    SECTION("it does not, and the next has its turn") {
        bench.answer("good/image");
        CHECK(bench.told() == Told{"opened /f1 (1)"});
    }
}
