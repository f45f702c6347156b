// Tables of rule files, and what must come of loading each.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/rules/rule_files.h"

namespace saker::testing {

inline constexpr const char* kValidate = "LOAD_ERR_VALIDATE";
inline constexpr const char* kShape = "LOAD_ERR_YAML_VALIDATE";
inline constexpr const char* kCondition = "LOAD_ERR_COMPILE_CONDITION";
inline constexpr const char* kOutput = "LOAD_ERR_COMPILE_OUTPUT";

inline const std::string kRule = rule_with("evt.type = open");

/// A change to the rule above.
inline std::string change(const std::string& keys) {
    return kRule + "- rule: r1\n" + keys;
}

inline std::string exception(const std::string& body) {
    return rule_with("evt.type = open", "  exceptions:\n    - " + body + "\n");
}

struct Refused {
    std::string text;
    const char* code;
    const char* message;
};

inline void check_refused(const std::vector<Refused>& rows) {
    for (const Refused& row : rows) {
        const rules::Loaded loaded = load_text(row.text);
        INFO(row.text << "\n" << shown(loaded));
        CHECK_FALSE(loaded.ok());
        const bool said = std::ranges::any_of(loaded.diagnostics, [&](const Diagnostic& found) {
            return found.severity == Severity::error && found.code == row.code &&
                   found.message.find(row.message) != std::string::npos;
        });
        CHECK(said);
        for (const Diagnostic& found : loaded.diagnostics) {
            // One mistake makes one error, with its place.
            CHECK((found.severity == Severity::warning || found.code == row.code));
            CHECK(found.where.line > 0);
            CHECK(found.where.column > 0);
        }
    }
}

struct Expanded {
    std::string text;
    std::string condition;
};

inline void check_expanded(const std::vector<Expanded>& rows) {
    for (const Expanded& row : rows) {
        const rules::Loaded loaded = load_text(row.text);
        INFO(row.text << "\n" << shown(loaded));
        REQUIRE(loaded.ok());
        REQUIRE(loaded.rules->find("r1") != nullptr);
        CHECK(loaded.rules->find("r1")->condition == row.condition);
    }
}

struct Warned {
    std::string text;
    const char* code;
    const char* message;
};

inline void check_warned(const std::vector<Warned>& rows) {
    for (const Warned& row : rows) {
        const rules::Loaded loaded = load_text(row.text);
        INFO(row.text << "\n" << shown(loaded));
        CHECK(loaded.ok());
        REQUIRE(find_code(loaded, row.code) != nullptr);
        CHECK(find_code(loaded, row.code)->message.find(row.message) != std::string::npos);
    }
}

}  // namespace saker::testing
