// The examples of docs/rules.md do what they say.
#include <catch2/catch.hpp>
#include <fstream>

#include "engine/lang/ast.h"
#include "engine/lang/condition.h"
#include "tests/unit/rules/rule_files.h"

namespace {

/// The texts of all fences of one kind.
std::vector<std::string> fences(const std::string& kind) {
    std::ifstream file(SAKER_SOURCE_DIR "/docs/rules.md");
    REQUIRE(file);
    std::vector<std::string> all;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line == "```" + kind) {
            inside = true;
            all.emplace_back();
        } else if (line == "```") {
            inside = false;
        } else if (inside) {
            all.back() += line + "\n";
        }
    }
    REQUIRE_FALSE(all.empty());
    return all;
}

}  // namespace

TEST_CASE("every example file of the documentation loads") {
    for (const std::string& text : fences("yaml")) {
        const auto loaded = saker::testing::load_text(text);
        INFO(text << saker::testing::shown(loaded));
        CHECK(loaded.ok());
        CHECK(loaded.diagnostics.empty());
    }
}

TEST_CASE("every example condition of the documentation is one") {
    for (const std::string& text : fences("condition")) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            INFO(line);
            const auto parsed = saker::lang::parse_condition(line);
            REQUIRE(parsed);
            const auto checked = saker::lang::check(*parsed);
            CHECK(checked.condition != nullptr);
            CHECK(checked.mistakes.empty());
        }
    }
}
