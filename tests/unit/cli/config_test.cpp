#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "config/read.h"
#include "config/settings.h"

using namespace saker;
using namespace saker::config;

namespace {

std::string slurp(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// A folder of its own, gone with it.
class Folder {
  public:
    Folder() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ + "/" + name) << text;
        return path_ + "/" + name;
    }
    const std::string& path() const { return path_; }

  private:
    std::string path_ = "/tmp/saker-config-XXXXXX";
};

struct Mistake {
    const char* text;
    uint32_t line;
    uint32_t column;
    const char* message;  // part of it
    const char* hint;
};

}  // namespace

TEST_CASE("every mistake in a configuration is placed and hinted at") {
    const auto wrong = GENERATE(values<Mistake>({
        {"rulez: []\n", 1, 1, "no setting 'rulez'", "'rules'"},
        {"scope: a\nscope: b\n", 2, 1, "set twice", ""},
        {"priority: hih\n", 1, 11, "'priority' must be one of", ""},
        {"priority: warnin\n", 1, 11, "'priority' must be one of", "'warning'"},
        {"output_queue: -1\n", 1, 15, "whole number", ""},
        {"output_queue: 0\n", 1, 15, "whole number", ""},
        {"output_queue: 3x\n", 1, 15, "whole number", ""},
        {"output_queue: 99999999999\n", 1, 15, "whole number", ""},
        {"scope: [a]\n", 1, 8, "must be a text", ""},
        {"rules_files: a.yaml\n", 1, 14, "must be a list", ""},
        {"time_format_iso_8601: maybe\n", 1, 23, "true or false", ""},
        {"outputs:\n  - stdout\n", 2, 5, "map of settings", ""},
        {"outputs:\n  - format: jsn\n", 2, 13, "one of text json ecs", "'json'"},
        {"outputs:\n  - {type: file, pth: /x}\n", 2, 18, "no setting 'pth'", "'path'"},
        {"rules:\n  - disable: {tags: x}\n", 2, 15, "no setting 'tags'", "'tag'"},
        {"append_output:\n  - extra_fields: [{a: 1, b: 2}]\n", 2, 20, "field names", ""},
        {"throttle: {interval: 5}\n", 1, 22, "a time, like", ""},
        {"throttle:\n  rules: [{rule: x, intervall: 1s}]\n", 2, 21, "no setting 'intervall'",
         "'interval'"},
        {"bulk_ring_megabytes: 3\n", 1, 22, "power of two", ""},
        {"- a\n", 1, 1, "map of settings", ""},
        {"a: [\n", 2, 1, "not YAML", ""},
        {"a: {b\n", 2, 1, "not YAML", ""},
        {"\tscope: host\n", 1, 7, "not YAML", ""},
    }));
    INFO(wrong.text);
    const Reading reading = read_text(wrong.text, "saker.yaml");
    CHECK_FALSE(reading.ok());
    REQUIRE(reading.findings.size() == 1);
    const Diagnostic& found = reading.findings.front();
    CHECK(found.where.file == "saker.yaml");
    CHECK(found.where.line == wrong.line);
    CHECK(found.where.column == wrong.column);
    CHECK_THAT(found.message, Catch::Contains(wrong.message));
    CHECK_THAT(found.hint, Catch::Contains(wrong.hint));
}

TEST_CASE("all mistakes are reported, in the order of the file") {
    const Reading reading = read_text("b: 1\npriority: 7\na: 1\noutput_queue: x\n", "f");
    REQUIRE(reading.findings.size() == 4);
    for (size_t i = 0; i < 4; ++i) {
        CHECK(reading.findings[i].where.line == i + 1);
    }
}

TEST_CASE("what a configuration says is what is kept") {
    const Reading reading = read_text(R"(
rules_files: [a.yaml, b]
rules:
  - disable: {tag: network}
  - enable: {rule: "Reverse*"}
priority: WARNING
rule_matching: first
append_output:
  - match: {source: syscall, tags: [x, y]}
    extra_output: "on %evt.hostname"
    extra_fields: [proc.exepath, {who: "%user.name"}]
    suggested_output: false
outputs:
  - {type: file, path: /tmp/a, format: json}
  - {type: stdout}
json_include_tags_property: false
bulk_ring_megabytes: 64
)",
                                      "f");
    REQUIRE(reading.findings.empty());
    const Config& config = reading.config;
    CHECK(config.rules_files == std::vector<std::string>{"a.yaml", "b"});
    REQUIRE(config.rules.size() == 2);
    CHECK(config.rules[0].disable.tag == "network");
    CHECK(config.rules[1].enable.rule == "Reverse*");
    CHECK(config.priority == Urgency::warning);
    CHECK(config.rule_matching == Matching::first);
    REQUIRE(config.append_output.size() == 1);
    CHECK(config.append_output[0].match.tags == std::vector<std::string>{"x", "y"});
    REQUIRE(config.append_output[0].extra_fields.size() == 2);
    CHECK(config.append_output[0].extra_fields[1].name == "who");
    CHECK(config.append_output[0].extra_fields[1].format == "%user.name");
    CHECK_FALSE(config.append_output[0].suggested_output);
    REQUIRE(config.outputs.size() == 2);
    CHECK(config.outputs[0].path == "/tmp/a");
    CHECK(config.outputs[0].where.line == 14);
    CHECK(config.outputs[1].format == Format::usual);
    CHECK_FALSE(config.json_include_tags_property);
    CHECK(config.bulk_ring_megabytes.number == 64);
}

TEST_CASE("an empty configuration is all defaults") {
    const auto* text = GENERATE("", "# nothing\n", "---\n");
    const Reading reading = read_text(text, "f");
    CHECK(reading.findings.empty());
    REQUIRE(reading.config.outputs.size() == 1);
    CHECK(reading.config.outputs[0].type == "stdout");
    CHECK(reading.config.rule_matching == Matching::all);
}

TEST_CASE("the shipped file and the documentation say what the code says") {
    CHECK(slurp(SAKER_SOURCE_DIR "/config/saker.yaml") == default_file());
    CHECK(read_text(default_file(), "f").findings.empty());
    CHECK(print_config(read_text(default_file(), "f").config) == print_config(Config{}));
    CHECK_THAT(slurp(SAKER_SOURCE_DIR "/docs/configuration.md"), Catch::Contains(settings_table()));
}

TEST_CASE("what is set can be written down and read again, secrets excepted") {
    Config config = read_text(R"(
rules: [{disable: {tag: network}}, {enable: {rule: "Rev\"erse*"}}]
append_output: [{match: {tags: [x, y]}, extra_fields: [a, {b: "%c: d"}]}]
outputs: [{type: file, path: "/tmp/a b", format: json}]
labels: {cluster: east, "odd key": "a: b"}
throttle: {interval: 30s, by: [], rules: [{tag: noisy, interval: 5m, by: [fd.name]}, {rule: x}]}
hostname: h
bulk_ring_megabytes: 64
)",
                              "f")
                        .config;
    const std::string written = print_config(config);
    const Reading again = read_text(written, "f");
    INFO(written);
    CHECK(again.findings.empty());
    CHECK(print_config(again.config) == written);
    CHECK(again.config.labels.at("odd key") == "a: b");
    CHECK(again.config.rules[1].enable.rule == "Rev\"erse*");
    CHECK(again.config.append_output[0].extra_fields[1].format == "%c: d");
    CHECK(again.config.throttle.interval.value == std::chrono::seconds(30));
    CHECK(again.config.throttle.by.empty());
    REQUIRE(again.config.throttle.rules.size() == 2);
    CHECK(again.config.throttle.rules[0].interval.value == std::chrono::minutes(5));
    CHECK(again.config.throttle.rules[0].by == std::vector<std::string>{"fd.name"});
    CHECK(print(Secret{"hidden"}).find("hidden") == std::string::npos);
}

TEST_CASE("sizes, times, shares and ports are read with their units") {
    Bytes bytes;
    CHECK((parse("10MiB", bytes) && bytes.number == 10 << 20));
    CHECK((parse("3 KiB", bytes) && bytes.number == 3072));
    CHECK((parse("7", bytes) && bytes.number == 7));
    CHECK(print(Bytes{10 << 20}) == "10MiB");
    for (const char* wrong :
         {"", "MiB", "1MB", "-1", "1.5GiB", "99999999999999999999", "17179869184GiB"}) {
        CHECK_FALSE(parse(wrong, bytes));
    }
    Duration time;
    CHECK((parse("90s", time) && time.value == std::chrono::seconds(90)));
    CHECK((parse("100ms", time) && time.value == std::chrono::milliseconds(100)));
    CHECK((parse("0", time) && time.value.count() == 0));
    CHECK(print(Duration{std::chrono::hours(48)}) == "2d");
    CHECK_FALSE(parse("5", time));
    CHECK_FALSE(parse("5 weeks", time));
    Percent share;
    CHECK((parse("5%", share) && share.number == 5));
    CHECK_FALSE(parse("half", share));
    Port port;
    CHECK((parse("8765", port) && port.number == 8765));
    CHECK_FALSE(parse("0", port));
    CHECK_FALSE(parse("65536", port));
}

TEST_CASE("the environment fills in what a file leaves to it") {
    REQUIRE(::setenv("SAKER_TEST_NODE", "n1", 1) == 0);
    ::unsetenv("SAKER_TEST_NOTHING");
    const Reading reading = read_text(
        "labels: {a: \"${SAKER_TEST_NODE}.x\", b: \"${SAKER_TEST_NOTHING:-none}\", c: \"$${d}\"}\n"
        "append_output: [{extra_output: \"%evt.type ${SAKER_TEST_NODE\"}]\n",
        "f");
    REQUIRE(reading.findings.empty());
    CHECK(reading.config.labels.at("a") == "n1.x");
    CHECK(reading.config.labels.at("b") == "none");
    CHECK(reading.config.labels.at("c") == "${d}");
    CHECK(reading.config.append_output[0].extra_output == "%evt.type ${SAKER_TEST_NODE");
    const Reading wrong = read_text("scope: host\nhostname: ${SAKER_TEST_NOTHING}\n", "f");
    REQUIRE(wrong.findings.size() == 1);
    CHECK(wrong.findings[0].where.line == 2);
    CHECK(wrong.findings[0].where.column == 11);
    CHECK_THAT(wrong.findings[0].message, Catch::Contains("SAKER_TEST_NOTHING"));
}

TEST_CASE("drop-ins are laid over the file, by name, and single settings over all") {
    const Folder folder;
    const std::string file = folder.write("my.yaml",
                                          "priority: error\nlabels: {a: one, b: one}\n"
                                          "outputs: [{type: stdout}]\n");
    ::mkdir((folder.path() + "/my.d").c_str(), 0755);
    folder.write("my.d/20.yaml", "labels: {b: three}\nscope: pid:1\n");
    folder.write("my.d/10.yaml", "labels: {b: two, c: two}\noutputs+: [{type: file, path: /x}]\n");
    folder.write("my.d/30.txt", "not: read\n");
    const Reading reading =
        config::read({file,
                      {"outputs[1].format=json", "outputs[]={type: stdout, format: json}",
                       "hostname=a=b", "labels.d=four"}});
    REQUIRE(reading.findings.empty());
    const Config& config = reading.config;
    CHECK(config.priority == Urgency::error);
    CHECK(config.labels == std::map<std::string, std::string>{
                               {"a", "one"}, {"b", "three"}, {"c", "two"}, {"d", "four"}});
    CHECK(config.scope == "pid:1");
    REQUIRE(config.outputs.size() == 3);
    CHECK(config.outputs[1].path == "/x");
    CHECK(config.outputs[1].format == Format::json);
    CHECK(config.outputs[2].format == Format::json);
    CHECK(config.hostname == "a=b");
    CHECK(reading.files.size() == 4);

    folder.write("my.d/40.yaml", "scope: host\nlables: {}\n");
    const Reading wrong = config::read({file, {"bulk_ring_megabytes=3", "outputs[9].type=x", "x"}});
    REQUIRE(wrong.findings.size() == 4);
    CHECK(wrong.findings[0].where.file == folder.path() + "/my.d/40.yaml");
    CHECK(wrong.findings[0].where.line == 2);
    CHECK(wrong.findings[0].line == "lables: {}");
    CHECK_THAT(wrong.findings[0].hint, Catch::Contains("labels"));
}

TEST_CASE("hostile YAML is bounded") {
    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char letter = 'b'; letter < 'k'; ++letter) {
        const std::string before(1, static_cast<char>(letter - 1));
        bomb += std::string(1, letter) + ": &" + letter + " [";
        for (int i = 0; i < 9; ++i) {
            bomb += "*" + before + (i < 8 ? "," : "]\n");
        }
    }
    CHECK_FALSE(read_text(bomb, "f").ok());
    CHECK_FALSE(read_text("a: &a [*a]\n", "f").ok());
    CHECK_FALSE(read_text("scope: " + std::string(1000, '[') + std::string(1000, ']'), "f").ok());
}

TEST_CASE("files that are not there, not files, too large, or open to all") {
    const Folder folder;
    const std::string path = folder.path() + "/c.yaml";

    CHECK_FALSE(config::read({path, {}}).ok());
    CHECK_FALSE(config::read({folder.path(), {}}).ok());

    folder.write("c.yaml", "scope: host\n");
    CHECK(config::read({path, {}}).findings.empty());
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    const Reading open = config::read({path, {}});
    CHECK(open.ok());
    REQUIRE(open.findings.size() == 1);
    CHECK(open.findings[0].code == kWritableByOthers);

    folder.write("c.yaml", std::string(2 << 20, '#'));
    CHECK_FALSE(config::read({path, {}}).ok());
}

TEST_CASE("changes are printed so that reading gives them back") {
    const auto text = GENERATE(as<std::string>{}, "null", "true", "1", "a b", "a\"b\\c", "a\nb",
                               "a\tb\x1b[0m\x01", "~", "", "a: b", "# a", "é", "{a}", "- a");
    Config config;
    config.hostname = text;
    config.labels = {{"one", text}, {text.empty() ? "two" : text, "three"}};
    config.outputs = {OutputSetting::of_type("http")};
    config.outputs[0].url = text;
    config.outputs[0].headers = {{"X", text}};
    const std::string printed = print_changes(config);
    INFO(printed);
    const Reading reading = read_text(printed, "saker.yaml");
    CHECK(reading.ok());
    CHECK(reading.config.hostname == text);
    CHECK(reading.config.labels == config.labels);
    CHECK(reading.config.outputs[0].url == text);
    CHECK(reading.config.outputs[0].headers == config.outputs[0].headers);
    CHECK(print_changes(Config()).empty());
}
