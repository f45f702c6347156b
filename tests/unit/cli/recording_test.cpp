// Recordings, and what is replayed of them.
#include "engine/source/recorder.h"
#include "engine/source/replay_source.h"
#include "tests/unit/cli/pipeline_bench.h"

using namespace saker;
using namespace saker::test;

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
