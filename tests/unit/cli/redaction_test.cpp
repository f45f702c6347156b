// A secret on a command line, from the record to the alert and to the recording.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "engine/alert_maker.h"
#include "engine/rules/loader.h"
#include "engine/source/recorder.h"
#include "engine/state/state.h"
#include "outputs/format.h"
#include "tests/support/record_builder.h"

using namespace saker;
using saker::test::Record;

namespace {

constexpr const char* kRules = R"(
- rule: told
  desc: everything that could show it
  condition: evt.type in (execve, openat) and proc.cmdline contains hunter2
  output: >
    line=%proc.cmdline args=%proc.args second=%proc.args[1] exe=%proc.exeline env=%proc.env
    variable=%proc.env[DB_PASSWORD] parent=%proc.pcmdline ancestors=%proc.acmdline[2]
    theirs=%proc.aargs event=%evt.args argument=%evt.arg.args raw=%evt.rawarg.env
    upper=%toupper(proc.cmdline)
  priority: NOTICE
)";

struct File {
    explicit File(const std::string& text = "") {
        ::close(::mkstemp(path.data()));
        std::ofstream(path) << text;
    }
    ~File() { ::unlink(path.c_str()); }
    std::string path = "/tmp/saker-redaction-XXXXXX";
};

std::unique_ptr<rules::RuleSet> load() {
    const File file(kRules);
    rules::Loaded loaded = rules::load_rules({file.path});
    REQUIRE(loaded.ok());
    return std::move(loaded.rules);
}

/// A shell that was given a secret runs a program that is given another.
Record started(uint32_t pid, uint64_t start, std::initializer_list<std::string_view> args,
               uint32_t parent = 0, uint64_t parent_start = 0) {
    Record record("execve");
    record.by(pid, start, 1, pid == 20 ? "tool" : "sh").at(1000 + pid);
    record.set("ptid", parent).set("parent_start_time", static_cast<int64_t>(parent_start));
    record.set("parent_exec_id", 1).text("exe", "tool").text("trusted_exepath", "/usr/bin/tool");
    record.strings("args", args).strings("env", {"HOME=/", "DB_PASSWORD=hunter2"});
    return record;
}

/// All that leaves the process for one alert.
std::string told_of(Record& record, State& state, RedactorOptions redaction) {
    const auto rules = load();
    const Event event = record.event();
    const Context context{event, state.observe(event), state};
    AlertMaker maker("boot", {}, std::move(redaction));
    const Alert alert = maker.make(context, rules->rules().front(), {});
    std::string all;
    outputs::format_json(alert, {}, all);
    return all;
}

}  // namespace

TEST_CASE("an alert shows no secret, not even an ancestor's") {
    State state{Host()};
    for (Record record : {started(10, 5, {"--token", "hunter2"}),
                          started(11, 6, {"-c", "mysql -phunter2"}, 10, 5)}) {
        state.observe(record.event());
    }
    Record record = started(20, 7, {"--password", "hunter2", "-v"}, 11, 6);
    const std::string shown = told_of(record, state, {});
    INFO(shown);
    CHECK(shown.find("hunter2") == std::string::npos);
    CHECK(shown.find("HUNTER2") == std::string::npos);
    CHECK(shown.find("line=tool --password ******* -v") != std::string::npos);
    CHECK(shown.find("second=*******") != std::string::npos);
    CHECK(shown.find("variable=*******") != std::string::npos);
    CHECK(shown.find("parent=sh -c mysql -p*******") != std::string::npos);
    CHECK(shown.find("ancestors=sh --token *******") != std::string::npos);
    CHECK(shown.find("HOME=/") != std::string::npos);

    const std::string whole = told_of(record, state, {false, {}});
    CHECK(whole.find("--password hunter2 -v") != std::string::npos);
}

TEST_CASE("a later act of that process shows none either") {
    State state{Host()};
    Record exec = started(20, 7, {"--password=hunter2"});
    state.observe(exec.event());
    Record opened("openat");
    opened.by(20, 7, 1, "tool").at(5000).text("name", "/x").set("fd", 3);
    const std::string shown = told_of(opened, state, {});
    CHECK(shown.find("hunter2") == std::string::npos);
    CHECK(shown.find("tool --password=*******") != std::string::npos);
}

TEST_CASE("a recording has no secret in it, unless that is asked for") {
    for (const bool is_on : {true, false}) {
        const File file;
        Result<Recorder> recorder = Recorder::create(file.path, {}, {is_on, {}});
        REQUIRE(recorder);
        Record exec = started(20, 7, {"--password=hunter2"});
        recorder->take(exec.span());
        REQUIRE(recorder->flush());
        std::ifstream in(file.path);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        CHECK((bytes.find("hunter2") == std::string::npos) == is_on);
        CHECK(bytes.find("--password=") != std::string::npos);
    }
}
