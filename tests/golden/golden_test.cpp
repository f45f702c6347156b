// A recorded stream and rules give exactly these alerts, through recording, replay, pipeline and
// format. After a change that is meant, run with SAKER_GOLDEN_WRITE=1 and read the difference.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/pipeline.h"
#include "engine/rules/loader.h"
#include "engine/source/recorder.h"
#include "engine/source/replay_source.h"
#include "outputs/format.h"
#include "tests/golden/story.h"

using namespace saker;

namespace {

constexpr const char* kExpected = SAKER_SOURCE_DIR "/tests/golden/alerts.jsonl";

RecordingFacts facts() {
    RecordingFacts facts;
    facts.boot_id = "0c6e4c0e-7a5f-4d3e-9b1a-2f8e6d5c4b3a";
    facts.hostname = "node-1";
    facts.boot_time = 1'785'492'000'000'000'000;
    facts.pid_namespace = facts.mount_namespace = 100;
    return facts;
}

Host host() {
    Host host;
    host.name = facts().hostname;
    host.boot_time = facts().boot_time;
    host.pid_namespace = facts().pid_namespace;
    host.mount_namespace = facts().mount_namespace;
    return host;
}

std::string recorded_story() {
    std::string path = "/tmp/saker-golden-XXXXXX";
    ::close(::mkstemp(path.data()));
    Result<Recorder> recorder = Recorder::create(path, facts());
    REQUIRE(recorder);
    for (test::Record& record : golden::story()) {
        recorder->take(record.span());
    }
    REQUIRE(recorder->flush());
    return path;
}

std::string replayed(const rules::RuleSet& rules) {
    const std::string path = recorded_story();
    Result<ReplaySource> source = ReplaySource::open(path);
    ::unlink(path.c_str());
    REQUIRE(source);
    State state(host());
    state.users().learn_user(100, 0, {"root", "/root", "/bin/bash"});
    state.users().learn_user(100, 1000, {"kim", "/home/kim", "/bin/bash"});
    std::string lines;
    Pipeline pipeline(*source, state, rules, {source->facts().boot_id, false},
                      [&](const Alert& alert) { outputs::format_json(alert, {}, lines); });
    while (!source->finished()) {
        REQUIRE(pipeline.poll(0));
    }
    CHECK(pipeline.stats().lost_bulk == 7);
    CHECK(pipeline.stats().lost() == 7);
    CHECK(pipeline.stats().canaries == 1);
    return lines;
}

}  // namespace

TEST_CASE("the story gives the alerts it gave before, to the byte") {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    const rules::Loaded loaded = rules::load_rules({SAKER_SOURCE_DIR "/tests/golden/rules.yaml"});
    REQUIRE(loaded.ok());
    const std::string lines = replayed(*loaded.rules);
    if (std::getenv("SAKER_GOLDEN_WRITE") != nullptr) {
        std::ofstream(kExpected) << lines;
    }
    std::ifstream file(kExpected);
    std::ostringstream expected;
    expected << file.rdbuf();
    CHECK(lines == expected.str());
}
