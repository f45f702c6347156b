// The real binary, as far as it goes without privileges. Every `run` here must end before it is
// ready; scope and duration confine one that does not.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/source/recorder.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/record_builder.h"

using saker::support::Finished;
using saker::support::Folder;
using saker::support::Milliseconds;
using saker::support::run_program;

namespace {

using Words = std::vector<std::string>;

Finished saker_says(Words words) {
    words.insert(words.begin(), SAKER_BINARY);
    return run_program(words, Milliseconds(60000));
}

Finished run_says(const Words& words) {
    Words all{"run", "--scope", "pid:" + std::to_string(::getpid())};
    const auto is_duration = [](const std::string& word) { return word.starts_with("--duration"); };
    if (std::ranges::none_of(words, is_duration)) {
        all.insert(all.end(), {"--duration", "1"});
    }
    all.insert(all.end(), words.begin(), words.end());
    return saker_says(all);
}

constexpr const char* kRule = R"(- rule: a rule
  desc: for a test
  condition: evt.type = openat and fd.name = /etc/shadow
  output: "%proc.name opened %fd.name"
  priority: NOTICE
)";

}  // namespace

TEST_CASE("check points at the mistake, whatever characters stand before it") {
    const Folder folder;
    const std::string file =
        folder.write("rules.yaml",
                     "- rule: a\n  desc: d\n  output: o\n  priority: INFO\n"
                     "  condition: evt.type = open and fd.name = \u00e9\u20ac and proc.nme = x\n");
    const Finished said = saker_says({"check", file});
    INFO(said.out << said.err);
    CHECK(said.status == 1);
    const std::string line =
        "  condition: evt.type = open and fd.name = \u00e9\u20ac and proc.nme = x";
    const std::string caret(50 + 2, ' ');
    CHECK((said.out + said.err).find(":5:51: error:") != std::string::npos);
    CHECK((said.out + said.err).find("  " + line + "\n" + caret + "^\n") != std::string::npos);
}

TEST_CASE("help teaches and the version is told") {
    const Finished help = saker_says({"--help"});
    CHECK(help.status == 0);
    for (const char* word : {"run", "alert", "check", "eval", "explain", "list", "doctor", "watch",
                             "record", "replay", "Exit codes"}) {
        CHECK_THAT(help.out, Catch::Contains(word));
    }
    CHECK_THAT(saker_says({"--version"}).out, Catch::Contains(SAKER_VERSION));
    const auto version = nlohmann::json::parse(saker_says({"--version", "--json"}).out);
    CHECK(version["version"] == SAKER_VERSION);
}

TEST_CASE("every command has help of its own") {
    const auto command = GENERATE("run", "reload", "alert", "check", "eval", "explain", "list",
                                  "doctor", "watch", "record", "replay", "support");
    const Finished help = saker_says({command, "--help"});
    CHECK(help.status == 0);
    CHECK_THAT(help.out, Catch::Contains("--help"));
}

TEST_CASE("single settings go over the file's, and mistakes in them are said") {
    const Folder folder;
    const std::string config = folder.write("saker.yaml", "rules_files: [/nowhere]\n");
    const std::string rules = folder.write("rules.yaml", kRule);
    CHECK(saker_says({"check", "-c", config}).status == 1);
    CHECK(saker_says({"check", "-c", config, "-o", "rules_files[0]=" + rules}).status == 0);
    const Finished wrong = saker_says({"check", "-c", config, "-o", "bulk_ring_megabytes=3"});
    CHECK(wrong.status == 1);
    CHECK_THAT(wrong.out,
               Catch::Contains("-o bulk_ring_megabytes=3") && Catch::Contains("power of two"));
    const auto settings = nlohmann::json::parse(saker_says({"list", "settings", "--json"}).out);
    CHECK(settings[0]["name"] == "rules_files");
}

TEST_CASE("wrong usage ends with 2") {
    const auto words = GENERATE(values<Words>({
        {},
        {"fly"},
        {"--fly"},
        {"list"},
        {"list", "birds"},
        {"explain"},
        {"record"},
        {"replay"},
    }));
    const Finished said = saker_says(words);
    INFO(said.err);
    CHECK(said.status == 2);
    CHECK_FALSE(said.err.empty());
}

TEST_CASE("a wrong option of run ends with 2") {
    const auto words = GENERATE(values<Words>({
        {"--duration", "long"},
        {"--duration=-1"},
        {"--duration", "0"},
        {"--fly"},
        {"-r"},
    }));
    const Finished said = run_says(words);
    INFO(said.err);
    CHECK(said.status == 2);
    CHECK(said.err.find("saker: ready") == std::string::npos);
}

TEST_CASE("a scope that is none ends with 2 from the command line, 1 from a file") {
    const Folder folder;
    const std::string rules = folder.write("rules.yaml", kRule);
    CHECK(saker_says({"run", "--duration", "1", "-r", rules, "--scope", "planet:earth"}).status ==
          2);
    const std::string config = folder.write("saker.yaml", "scope: planet:earth\n");
    CHECK(saker_says({"run", "--duration", "1", "-r", rules, "-c", config}).status == 1);
}

TEST_CASE("what is wrong with rules or configuration ends run with 1 and names the place") {
    const Folder folder;
    const std::string rules = folder.write("rules.yaml", kRule);
    struct Case {
        Words words;
        std::string says;
    };
    const std::vector<Case> cases{
        {{"-r", "/nowhere/rules.yaml"}, "/nowhere/rules.yaml"},
        {{"-c", "/nowhere/saker.yaml", "-r", rules}, "/nowhere/saker.yaml"},
        {{"-c", folder.write("a.yaml", "rulez: []\n"), "-r", rules}, "a.yaml:1:1: error"},
        {{"-c", folder.write("b.yaml", "outputs:\n  - {type: pigeon}\n"), "-r", rules},
         "no output of type 'pigeon'"},
        {{"-c", folder.write("c.yaml", "outputs:\n  - {type: file}\n"), "-r", rules},
         "c.yaml:2:5: error"},
        {{"-c", folder.write("d.yaml", "", 0666), "-r", rules}, "d.yaml: error"},
        {{"-r", folder.write("e.yaml", kRule, 0666)}, "e.yaml"},
        {{"-r", folder.write("f.yaml", "- rule: x\n")}, "f.yaml:1:"},
    };
    for (const Case& each : cases) {
        const Finished said = run_says(each.words);
        INFO(said.err);
        CHECK(said.status == 1);
        CHECK_THAT(said.err, Catch::Contains(each.says));
        CHECK(said.err.find("saker: ready") == std::string::npos);
        CHECK(said.out.empty());
    }
}

TEST_CASE("an output that cannot be opened ends run with 5") {
    const Folder folder;
    const std::string config =
        folder.write("saker.yaml", "outputs:\n  - {type: file, path: /proc/nowhere/alerts}\n");
    const Finished said = run_says({"-c", config, "-r", folder.write("rules.yaml", kRule)});
    INFO(said.err);
    CHECK(said.status == 5);
    CHECK_THAT(said.err, Catch::Contains("/proc/nowhere/alerts"));
    CHECK(said.err.find("saker: ready") == std::string::npos);
}

TEST_CASE("outputs have names of their own") {
    const Folder folder;
    const auto check = [&](const std::string& outputs) {
        return saker_says({"check", "-c", folder.write("saker.yaml", "outputs: [" + outputs + "]"),
                           folder.write("rules.yaml", kRule)});
    };
    const std::string http = "{type: http, url: \"http://127.0.0.1:9/\"";
    CHECK(check("{type: file, path: /a}, {type: file, path: /b}").status == 0);
    CHECK(check("{type: file, path: /a, name: siem}, " + http + "}").status == 0);
    const auto outputs = GENERATE_COPY(values<std::string>(
        {http + "}, " + http + "}", "{type: file, path: /a, name: http}, " + http + "}",
         "{type: stdout, name: a}, {type: file, path: /a, name: a}"}));
    const Finished wrong = check(outputs);
    INFO(outputs);
    CHECK(wrong.status == 1);
    CHECK_THAT(wrong.out, Catch::Contains("saker.yaml:1:") &&
                              Catch::Contains("two outputs are called") &&
                              Catch::Contains("give each a `name` of its own"));
}

TEST_CASE("check warns of a configuration anybody may write, and fails on a wrong one") {
    const Folder folder;
    const std::string rules = folder.write("rules.yaml", kRule);
    const Finished warned =
        saker_says({"check", rules, "-c", folder.write("a.yaml", "", 0666), "--json"});
    INFO(warned.out);
    CHECK(warned.status == 0);
    const auto answer = nlohmann::json::parse(warned.out);
    CHECK(answer["ok"] == true);
    CHECK(answer["results"][0]["severity"] == "warning");

    const Finished failed =
        saker_says({"check", rules, "-c", folder.write("b.yaml", "rulez: []\n"), "--json"});
    CHECK(failed.status == 1);
    CHECK(nlohmann::json::parse(failed.out)["ok"] == false);
}

TEST_CASE("replay judges a recording, as text or JSON lines") {
    using saker::test::Record;
    const Folder folder;
    const std::string file = folder.path("events");
    {
        auto recorder = saker::Recorder::create(file, saker::RecordingFacts());
        REQUIRE(recorder);
        for (const char* path : {"/etc/hosts", "/etc/shadow"}) {
            Record record("openat");
            record.by(10, 100, 1, "cat").at(5000).set("fd", 3);
            record.text("name", path).text("resolved", path);
            recorder->take(record.span());
        }
        REQUIRE(recorder->flush());
    }
    const std::string rules = folder.write("rules.yaml", kRule);
    const Finished text = saker_says({"replay", file, "-r", rules});
    INFO(text.err);
    CHECK(text.status == 0);
    CHECK_THAT(text.out, Catch::Contains(": Notice cat opened /etc/shadow"));
    CHECK_THAT(text.err, Catch::Contains("2 events, 1 alert, 0 lost"));

    const Finished json = saker_says({"replay", file, "-r", rules, "--json"});
    CHECK(nlohmann::json::parse(json.out)["output_fields"]["fd.name"] == "/etc/shadow");

    CHECK(saker_says({"replay", rules, "-r", rules}).status == 2);
    CHECK(saker_says({"replay", "/nowhere", "-r", rules}).status == 2);
}

TEST_CASE("what cannot be shed is said with its place") {
    const Folder folder;
    const std::string config =
        folder.write("saker.yaml",
                     "watch_files: true\n"
                     "budget: {max_cpu: 5%, shed: [opnat, execve, close]}\n");
    const Finished done = saker_says({"check", "-c", config, folder.write("rules.yaml", kRule)});
    CHECK(done.status == 1);
    CHECK_THAT(done.out, Catch::Contains("saker.yaml:2:9") && Catch::Contains("'opnat'") &&
                             Catch::Contains("did you mean 'openat'?") &&
                             Catch::Contains("'execve' cannot be shed") &&
                             !Catch::Contains("'close'"));
}

TEST_CASE("what is wrong with a throttle is said with its place") {
    const Folder folder;
    const std::string config = folder.write("saker.yaml",
                                            "throttle:\n"
                                            "  by: [proc.nme]\n"
                                            "  rules:\n"
                                            "    - {rule: x, interval: 2d}\n"
                                            "    - {interval: 2s}\n"
                                            "    - {tag: y, by: [\"%evt.type\"]}\n");
    const std::string rules = folder.write("rules.yaml", kRule);
    for (const Finished& done : {saker_says({"check", "-c", config, rules}),
                                 run_says({"-c", config, "-r", rules, "--duration", "1"})}) {
        INFO(done.out << done.err);
        CHECK(done.status == 1);
        const std::string said = done.out + done.err;
        CHECK_THAT(said, Catch::Contains("saker.yaml:2:3") && Catch::Contains("proc.nme"));
        CHECK_THAT(said, Catch::Contains("saker.yaml:4:7") && Catch::Contains("a day at most"));
        CHECK_THAT(said, Catch::Contains("saker.yaml:5:7") && Catch::Contains("for a `rule` or"));
        CHECK_THAT(said, Catch::Contains("saker.yaml:6:7"));
        CHECK_THAT(said, !Catch::Contains("rules.yaml:1"));
    }
}

TEST_CASE("a throttle that is about no rule is warned of") {
    const Folder folder;
    const std::string rules = folder.write("rules.yaml", kRule);
    const std::string config =
        folder.write("saker.yaml",
                     "throttle:\n  rules:\n    - {rule: \"a *\", interval: 1s}\n"
                     "    - {rule: gone, interval: 1s}\n    - {tag: lost, interval: 1s}\n");
    const Finished said = saker_says({"check", "-c", config, rules});
    CHECK(said.status == 0);
    CHECK_THAT(said.out,
               Catch::Contains(config + ":4:7: warning: no rule is called 'gone'") &&
                   Catch::Contains(config + ":5:7: warning: no rule has the tag 'lost'") &&
                   Catch::Contains("2 warnings"));
}
