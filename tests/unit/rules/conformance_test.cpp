// The sample of rule files and formats that lies beside the repository, every line of it.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/json_event.h"
#include "tests/unit/rules/rule_files.h"

using nlohmann::json;
namespace rules = saker::rules;
namespace fs = std::filesystem;

namespace {

/// The sample's folder; empty, with a loud word, when it is not there and need not be.
fs::path sample() {
    const char* shared = std::getenv("SAKER_SHARED");
    const fs::path folder = shared ? fs::path(shared) : fs::path(SAKER_SOURCE_DIR) / "../shared";
    if (fs::is_directory(folder / "conformance")) {
        return folder;
    }
    if (shared) {
        FAIL("SAKER_SHARED has no folder 'conformance': " << folder);
    }
    WARN("SKIPPED: there is no " << (folder / "conformance"));
    return {};
}

std::vector<json> lines_of(const fs::path& file) {
    std::vector<json> cases;
    std::ifstream in(file);
    REQUIRE(in);
    for (std::string line; std::getline(in, line);) {
        cases.push_back(json::parse(line));
    }
    return cases;
}

/// Parentheses around a condition and blanks do not matter; those of lists stay out of it too.
std::string bare(const std::string& condition) {
    std::string kept;
    for (const char c : condition) {
        if (c != '(' && c != ')' && c != ' ' && c != '\n' && c != '\t') {
            kept += c;
        }
    }
    return kept;
}

void check_rule(const rules::Rule& rule, const json& expected) {
    CHECK(rule.enabled == expected["enabled"]);
    CHECK(std::string(rules::name_of(rule.priority)) == expected["priority"]);
    CHECK(bare(rule.condition) == bare(expected["condition_after_expansion"]));
    CHECK(rule.output == expected["output"]);
    CHECK(rule.description == expected["desc"]);
    CHECK(rule.source == expected["source"]);
    CHECK(json(rule.tags) == expected["tags"]);
    CHECK(rule.capture == expected["capture"]);
    CHECK(rule.capture_duration_ms == expected["capture_duration"].get<uint64_t>());
}

bool message_fits(const rules::Loaded& loaded, const json& wanted) {
    for (const saker::Diagnostic& found : loaded.diagnostics) {
        for (const json& part : wanted) {
            if (found.message.find(part.get<std::string>()) != std::string::npos) {
                return true;
            }
        }
    }
    return wanted.is_null() || wanted.empty();
}

}  // namespace

TEST_CASE("every sample rule file loads, or is refused, as it should be") {
    const fs::path folder = sample();
    if (folder.empty()) {
        return;
    }
    for (const json& line : lines_of(folder / "conformance/rules/expect.jsonl")) {
        std::vector<std::string> files;
        for (const json& file : line["files"]) {
            files.push_back((folder / "conformance/rules" / file.get<std::string>()).string());
        }
        const rules::Loaded loaded = rules::load_rules(files);
        INFO(line["id"] << ": " << line["why"] << "\n" << saker::testing::shown(loaded));
        CHECK(loaded.ok() == (line["expect"] != "error"));
        CHECK(message_fits(loaded, line["message_contains_any"]));
        for (const json& code : line["codes"]) {
            CHECK(saker::testing::find_code(loaded, code) != nullptr);
        }
        if (line["expect"] == "ok") {
            CHECK(loaded.diagnostics.empty());
        }
        if (loaded.ok()) {
            CHECK(loaded.rules->rules().size() == line["rules"].size());
            for (const auto& [name, expected] : line["rules"].items()) {
                INFO(name);
                REQUIRE(loaded.rules->find(name) != nullptr);
                check_rule(*loaded.rules->find(name), expected);
            }
        }
    }
}

namespace {

json to_json(const rules::OutputScalar& scalar) {
    return std::visit(
        [](const auto& value) -> json {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, saker::Absent>) {
                return nullptr;
            } else {
                return value;
            }
        },
        scalar);
}

json to_json(const rules::OutputValue& value) {
    if (const auto* scalar = std::get_if<rules::OutputScalar>(&value)) {
        return to_json(*scalar);
    }
    json list = json::array();
    for (const rules::OutputScalar& item : std::get<std::vector<rules::OutputScalar>>(value)) {
        list.push_back(to_json(item));
    }
    return list;
}

}  // namespace

TEST_CASE("every sample format is rendered, or refused, as it should be") {
    const fs::path folder = sample();
    if (folder.empty()) {
        return;
    }
    for (const json& line : lines_of(folder / "conformance/format.jsonl")) {
        INFO(line["id"] << ": " << line["format"] << "\n" << line["why"]);
        const auto format = line["format"].get<std::string>();
        const auto missing =
            line.value("strict", false) ? rules::Missing::withholds : rules::Missing::shown;
        const saker::Result<rules::Template> made = rules::Template::compile(format, missing);
        CHECK(bool(made) == !line.value("error", false));
        if (!made || line.value("error", false)) {
            continue;
        }
        saker::cli::JsonEvent event(line["event"]);
        saker::Scratch scratch;
        std::string text;
        const bool said = made->render(event, scratch, text);
        CHECK((said ? json(text) : json(nullptr)) == line["expect"]);
        std::vector<rules::OutputField> fields;
        made->read_fields(event, scratch, fields);
        json named = json::object();
        for (const rules::OutputField& field : fields) {
            named[field.name] = to_json(field.value);
        }
        CHECK(named == line["output_fields"]);
    }
}

TEST_CASE("the published rules load without a mistake and without a false warning") {
    const fs::path folder = sample();
    if (folder.empty()) {
        return;
    }
    const rules::Loaded loaded =
        rules::load_rules({(folder / "falco-rules/falco_rules.yaml").string()});
    INFO(saker::testing::shown(loaded));
    REQUIRE(loaded.ok());
    CHECK(loaded.rules->rules().size() == 25);
    for (const rules::Rule& rule : loaded.rules->rules()) {
        CHECK(rule.enabled);
    }
    for (const saker::Diagnostic& found : loaded.diagnostics) {
        // What can never match here is said truthfully; nothing else is doubtful about them.
        CHECK(found.code == "SAKER_NEVER_MATCHES");
    }
}
