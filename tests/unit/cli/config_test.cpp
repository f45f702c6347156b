#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <vector>

#include "config/read.h"

using namespace saker;
using namespace saker::config;

namespace {

std::string slurp(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

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
        {"outputs:\n  - format: jsn\n", 2, 13, "one of text json", "'json'"},
        {"outputs:\n  - {type: file, pth: /x}\n", 2, 18, "no setting 'pth'", "'path'"},
        {"rules:\n  - disable: {tags: x}\n", 2, 15, "no setting 'tags'", "'tag'"},
        {"append_output:\n  - extra_fields: [{a: 1, b: 2}]\n", 2, 20, "field names", ""},
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
    CHECK(config.outputs[1].format == Format::text);
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

TEST_CASE("the shipped configuration names every setting, at its default") {
    Reading shipped = read_file(SAKER_SOURCE_DIR "/config/saker.yaml");
    CHECK(shipped.findings.empty());
    const std::string text = slurp(SAKER_SOURCE_DIR "/config/saker.yaml");
    const std::string words = slurp(SAKER_SOURCE_DIR "/docs/configuration.md");
    Config defaults;
    defaults.describe([&](const std::string& name, auto&, const char*) {
        INFO(name);
        CHECK(text.find("\n" + name + ":") != std::string::npos);
        CHECK(words.find("`" + name + "`") != std::string::npos);
    });
    CHECK(shipped.config.scope == defaults.scope);
    CHECK(shipped.config.output_queue == defaults.output_queue);
    CHECK(shipped.config.critical_ring_megabytes == defaults.critical_ring_megabytes);
    CHECK(shipped.config.bulk_ring_megabytes == defaults.bulk_ring_megabytes);
    CHECK(shipped.config.json_include_message_property == defaults.json_include_message_property);
}

TEST_CASE("files that are not there, not files, too large, or open to all") {
    std::string folder = "/tmp/saker-config-XXXXXX";
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    const std::string path = folder + "/c.yaml";

    CHECK_FALSE(read_file(path).ok());
    CHECK_FALSE(read_file(folder).ok());

    std::ofstream(path) << "scope: host\n";
    CHECK(read_file(path).findings.empty());
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    const Reading open = read_file(path);
    CHECK(open.ok());
    REQUIRE(open.findings.size() == 1);
    CHECK(open.findings[0].code == kWritableByOthers);

    std::ofstream(path) << std::string(2 << 20, '#');
    CHECK_FALSE(read_file(path).ok());
    ::unlink(path.c_str());
    ::rmdir(folder.c_str());
}
