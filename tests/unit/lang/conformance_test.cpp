// The sample of language cases that lies beside the repository, every line of it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/unit/lang/judge.h"

using nlohmann::json;
using saker::testing::judge;
using saker::testing::Verdict;

namespace {

/// The cases of one file; none, and a loud word, when the sample is not there and need not be.
std::vector<json> cases_of(const std::string& name) {
    const char* shared = std::getenv("SAKER_SHARED");
    const std::filesystem::path folder =
        shared ? std::filesystem::path(shared)
               : std::filesystem::path(SAKER_SOURCE_DIR) / "../shared";
    std::ifstream file(folder / "conformance" / name);
    if (!file) {
        if (shared) {
            FAIL(name << " is not in " << folder);
        }
        WARN("SKIPPED: there is no " << (folder / "conformance" / name));
    }
    std::vector<json> cases;
    for (std::string line; std::getline(file, line);) {
        cases.push_back(json::parse(line));
    }
    return cases;
}

std::string expected(const json& expect) {
    return expect.is_boolean() ? (expect.get<bool>() ? "true" : "false")
                               : expect.get<std::string>();
}

size_t hints(const std::vector<saker::lang::Mistake>& mistakes) {
    return static_cast<size_t>(
        std::ranges::count_if(mistakes, [](const saker::lang::Mistake& mistake) {
            return mistake.warning && mistake.code == "LOAD_COMPILE_CONDITION";
        }));
}

/// The same condition with blanks around it, and with other blanks inside.
std::vector<std::string> with_other_blanks(const std::string& condition) {
    std::vector<std::string> variants{" " + condition + " "};
    for (const char blank : {'\n', '\t'}) {
        std::string variant = condition;
        std::ranges::replace(variant, ' ', blank);
        variants.push_back(std::move(variant));
    }
    return variants;
}

}  // namespace

TEST_CASE("every sample condition has its verdict") {
    for (const json& line : cases_of("conditions.jsonl")) {
        const auto condition = line["condition"].get<std::string>();
        const auto judged = judge(condition, line["event"]);
        INFO(line["id"] << ": " << condition << "\n" << line["why"] << "\n" << judged.message);
        CHECK(name_of(judged.verdict) == expected(line["expect"]));
        CHECK(judged.agreed);
        if (line.contains("warnings")) {
            CHECK(hints(judged.mistakes) == line["warnings"].get<size_t>());
        }
    }
}

TEST_CASE("every sample of the grammar is read, or refused, as it should be") {
    for (const json& line : cases_of("parse.jsonl")) {
        const auto condition = line["condition"].get<std::string>();
        const auto parsed = saker::lang::parse_condition(condition);
        INFO(line["id"] << ": " << condition << "\n" << (parsed ? "" : parsed.error().text()));
        CHECK((parsed ? "ok" : "error") == line["expect"].get<std::string>());
        if (parsed && line.contains("normalized")) {
            CHECK(saker::lang::to_text(*parsed) == line["normalized"].get<std::string>());
        }
        if (line.value("ws_variants", false)) {
            for (const std::string& variant : with_other_blanks(condition)) {
                INFO(variant);
                CHECK(saker::lang::parse_condition(variant));
            }
        }
    }
}
