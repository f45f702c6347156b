#include "engine/pipeline.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <deque>
#include <fstream>

#include "engine/rules/loader.h"
#include "engine/source/recorder.h"
#include "engine/source/replay_source.h"
#include "tests/support/record_builder.h"

using namespace saker;
using saker::test::Record;

namespace {

/// Records in two lanes, as the kernel has them.
class LaneSource final : public Source {
  public:
    void add(Record record) {
        (record.header().lane == LANE_critical ? critical_ : bulk_).push_back(std::move(record));
    }

    /// The bulk lane first, as if the critical record came right after we looked there.
    Result<size_t> poll(RecordSink& sink, int) override {
        size_t count = 0;
        for (std::deque<Record>* lane : {&bulk_, &critical_}) {
            while (!lane->empty()) {
                Record record = std::move(lane->front());
                lane->pop_front();
                sink.take(record.span());
                ++count;
            }
        }
        return count;
    }
    void poll_critical(RecordSink& sink) override {
        while (!critical_.empty()) {
            Record record = std::move(critical_.front());
            critical_.pop_front();
            sink.take(record.span());
        }
    }
    bool finished() const override { return critical_.empty() && bulk_.empty(); }

  private:
    std::deque<Record> critical_;
    std::deque<Record> bulk_;
};

class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& text = "") {
        ::close(::mkstemp(path_.data()));
        std::ofstream(path_) << text;
    }
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

  private:
    std::string path_ = "/tmp/saker-pipeline-XXXXXX";
};

constexpr const char* kRules = R"(
- rule: opened
  desc: a file was opened
  condition: evt.type = openat and fd.name = /etc/shadow
  output: "%proc.name opened %fd.name"
  priority: WARNING
  tags: [b, a]
- rule: also opened
  desc: the same
  condition: evt.type = openat
  output: "also %fd.name"
  priority: NOTICE
)";

std::unique_ptr<rules::RuleSet> rules_of(const char* text) {
    const TemporaryFile file(text);
    rules::Loaded loaded = rules::load_rules({file.path()});
    for (const Diagnostic& found : loaded.diagnostics) {
        UNSCOPED_INFO(found.message);
    }
    REQUIRE(loaded.ok());
    return std::move(loaded.rules);
}

Host host() {
    Host host;
    host.name = "node-1";
    host.boot_time = 1'000'000'000'000'000'000;
    return host;
}

Record open_of(std::string_view path, uint64_t sequence) {
    Record record("openat");
    record.by(10, 100, 1, "cat").at(5000 + sequence);
    record.set("fd", 3).text("name", path).text("resolved", path);
    record.header().sequence = sequence;
    return record;
}

struct Bench {
    explicit Bench(PipelineOptions options = {"boot", false})
        : state(host()), pipeline(source, state, *rules, options, [this](Alert alert) {
              alerts.push_back(std::move(alert));
          }) {}

    void run() {
        while (!source.finished()) {
            REQUIRE(pipeline.poll(0));
        }
    }

    std::unique_ptr<rules::RuleSet> rules = rules_of(kRules);
    LaneSource source;
    State state;
    std::vector<Alert> alerts;
    Pipeline pipeline;
};

}  // namespace

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

TEST_CASE("a recording replays to the same alerts and ids") {
    Bench live;
    const TemporaryFile file;
    {
        RecordingFacts facts;
        facts.boot_id = "boot";
        facts.hostname = "node-1";
        facts.boot_time = host().boot_time;
        facts.passwd = "root:x:0:0::/root:/bin/sh\n";
        Result<Recorder> recorder = Recorder::create(file.path(), facts);
        REQUIRE(recorder);
        for (uint64_t i = 0; i < 3000; ++i) {
            Record record = open_of(i % 7 == 0 ? "/etc/shadow" : "/tmp/x", i);
            recorder->take(record.span());
            live.source.add(std::move(record));
        }
        REQUIRE(recorder->flush());
        CHECK(recorder->records() == 3000);
    }
    live.run();

    Result<ReplaySource> source = ReplaySource::open(file.path());
    REQUIRE(source);
    CHECK(source->facts().boot_id == "boot");
    CHECK(source->facts().hostname == "node-1");
    CHECK(source->facts().passwd == "root:x:0:0::/root:/bin/sh\n");
    State state(host());
    std::vector<Alert> alerts;
    Pipeline pipeline(*source, state, *live.rules, {"boot", false},
                      [&](Alert alert) { alerts.push_back(std::move(alert)); });
    while (!source->finished()) {
        REQUIRE(pipeline.poll(0));
    }
    CHECK(source->cut_off() == 0);
    REQUIRE(alerts.size() == live.alerts.size());
    for (size_t i = 0; i < alerts.size(); ++i) {
        REQUIRE(alerts[i].id == live.alerts[i].id);
        REQUIRE(alerts[i].message == live.alerts[i].message);
        REQUIRE(alerts[i].time == live.alerts[i].time);
    }
}

TEST_CASE("files that are no recording, of another build, or cut off") {
    CHECK_FALSE(ReplaySource::open("/nowhere/file"));
    CHECK_FALSE(ReplaySource::open("/tmp"));
    const TemporaryFile empty;
    CHECK_FALSE(ReplaySource::open(empty.path()));
    const TemporaryFile text(std::string(4096, 'x'));
    CHECK_FALSE(ReplaySource::open(text.path()));

    const TemporaryFile file;
    {
        Result<Recorder> recorder = Recorder::create(file.path(), RecordingFacts());
        REQUIRE(recorder);
        recorder->take(open_of("/a", 0).span());
        recorder->take(open_of("/b", 1).span());
        REQUIRE(recorder->flush());
    }
    std::ifstream whole(file.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(whole)), {});

    std::string other = bytes;
    other[offsetof(recording::FileHeader, event_table)] ^= 1;
    const TemporaryFile elsewhere(other);
    const auto refused = ReplaySource::open(elsewhere.path());
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("events differ"));

    const size_t size_of_one = open_of("/a", 0).span().size();
    const size_t first = bytes.size() - 2 * recording::aligned(size_of_one);
    const size_t second = bytes.size() - recording::aligned(size_of_one);

    // Wherever it is cut: an error, or what is whole and how much is not.
    for (size_t size = 0; size < bytes.size(); ++size) {
        const TemporaryFile cut(bytes.substr(0, size));
        Result<ReplaySource> source = ReplaySource::open(cut.path());
        if (!source) {
            continue;
        }
        struct Count final : RecordSink {
            size_t whole = 0;
            void take(std::span<const std::byte> record) override { whole += record.size() > 0; }
        } count;
        while (!source->finished()) {
            REQUIRE(source->poll(count, 0));
        }
        const size_t whole =
            (size >= first + size_of_one ? 1u : 0u) + (size >= second + size_of_one ? 1u : 0u);
        REQUIRE(count.whole == whole);
        REQUIRE(source->cut_off() < size_of_one);
    }
}

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
