// Mistakes are reported where they were written, whatever way YAML was told the text.
#include <catch2/catch.hpp>

#include "engine/rules/scalar_map.h"
#include "tests/unit/rules/rule_files.h"

namespace rules = saker::rules;
using saker::Diagnostic;
using saker::testing::load_text;
using saker::testing::shown;

namespace {

/// A rule whose condition is written as `written`, beginning behind "  condition: " in line 3.
std::string rule(const std::string& written) {
    return "- rule: r1\n  desc: d\n  condition: " + written + "\n  output: x\n  priority: INFO\n";
}

}  // namespace

TEST_CASE("a mistake in a condition is found in every YAML style") {
    struct Row {
        const char* written;
        unsigned line;
        unsigned column;
        const char* line_text;
    };
    const Row rows[] = {
        {"evt.type = open and nomacro", 3, 34, "  condition: evt.type = open and nomacro"},
        {"evt.type = open\n    and nomacro", 4, 9, "    and nomacro"},
        {"evt.type = open\n\n\n    and nomacro", 6, 9, "    and nomacro"},
        {"'evt.type = open and nomacro'", 3, 35, "  condition: 'evt.type = open and nomacro'"},
        {"'proc.name = ''a'' and nomacro'", 3, 37, "  condition: 'proc.name = ''a'' and nomacro'"},
        {"\"evt.type = open and nomacro\"", 3, 35, "  condition: \"evt.type = open and nomacro\""},
        {"\"proc.name = \\\"a\\\" and nomacro\"", 3, 37,
         "  condition: \"proc.name = \\\"a\\\" and nomacro\""},
        {"\"proc.name = \\x61\\u00e9 and nomacro\"", 3, 42,
         "  condition: \"proc.name = \\x61\\u00e9 and nomacro\""},
        {"\"evt.type = open \\\n      and nomacro\"", 4, 11, "      and nomacro\""},
        {"\"evt.type = open\n      and nomacro\"", 4, 11, "      and nomacro\""},
        {"|\n    evt.type = open\n    and nomacro", 5, 9, "    and nomacro"},
        {">\n    evt.type = open\n    and nomacro", 5, 9, "    and nomacro"},
        {">-\n    evt.type = open\n\n      and nomacro", 6, 11, "      and nomacro"},
        {">2  # how\n    evt.type = open\n    and nomacro", 5, 9, "    and nomacro"},
        {"&a >\n    evt.type = open\n    and nomacro", 5, 9, "    and nomacro"},
        {"!!str evt.type = open and nomacro", 3, 40,
         "  condition: !!str evt.type = open and nomacro"},
        {"proc.name = \"\xC3\xA9\xC3\xA9\" and nomacro", 3, 35,
         "  condition: proc.name = \"\xC3\xA9\xC3\xA9\" and nomacro"},
    };
    for (const Row& row : rows) {
        for (const char* newline : {"\n", "\r\n"}) {
            std::string text = rule(row.written);
            for (size_t at = text.find('\n'); newline[0] == '\r' && at != std::string::npos;
                 at = text.find('\n', at + 2)) {
                text.replace(at, 1, newline);
            }
            const auto loaded = load_text(text);
            INFO(text << shown(loaded));
            REQUIRE(loaded.diagnostics.size() == 1);
            const Diagnostic& found = loaded.diagnostics.front();
            CHECK(found.message.find("nomacro") != std::string::npos);
            CHECK(found.where.line == row.line);
            CHECK(found.where.column == row.column);
            CHECK(found.line == row.line_text);
        }
    }
}

TEST_CASE("a mistake is found in the part that made it") {
    const std::string file =
        "- list: l\n"
        "  items: [1, 2, many]\n"
        "- macro: m\n"
        "  condition: evt.type = open\n"
        "- macro: m\n"
        "  condition: >\n"
        "    or no.field = 1\n"
        "  override: {condition: append}\n"
        "- rule: r1\n"
        "  desc: d\n"
        "  condition: m and proc.pid in (l)\n"
        "  output: >\n"
        "    first %proc.name\n"
        "    then %nofield\n"
        "  priority: INFO\n"
        "  exceptions:\n"
        "    - name: e\n"
        "      fields: [proc.pid]\n"
        "      values:\n"
        "        - [few]\n";
    const auto loaded = load_text(file);
    INFO(shown(loaded));
    const auto has = [&](unsigned line, unsigned column, const char* item) {
        return std::ranges::any_of(loaded.diagnostics, [&](const Diagnostic& found) {
            return found.where.line == line && found.where.column == column && found.item == item;
        });
    };
    CHECK(loaded.diagnostics.size() == 4);
    CHECK(has(7, 8, "macro 'm'"));
    CHECK(has(2, 17, "rule 'r1'"));
    CHECK(has(20, 12, "rule 'r1'"));
    CHECK(has(14, 10, "rule 'r1'"));
}

TEST_CASE("a macro's mistake is told once, however often it is used") {
    std::string file = "- macro: m\n  condition: no.field = 1\n";
    for (int i = 0; i < 5; ++i) {
        file += "- rule: r" + std::to_string(i) +
                "\n  desc: d\n  condition: m and evt.type = open\n  output: x\n  priority: INFO\n";
    }
    const auto loaded = load_text(file);
    INFO(shown(loaded));
    CHECK(loaded.diagnostics.size() == 1);
}

TEST_CASE("YAML's own mistakes have their place and line") {
    const auto loaded = load_text("- rule: a\n  desc: d\n condition: x\n");
    INFO(shown(loaded));
    REQUIRE(loaded.diagnostics.size() == 1);
    CHECK(loaded.diagnostics.front().code == "LOAD_ERR_YAML_PARSE");
    CHECK(loaded.diagnostics.front().where.line == 3);
    CHECK(loaded.diagnostics.front().line == " condition: x");
}

TEST_CASE("a byte order mark is no character") {
    const auto loaded = load_text("\xEF\xBB\xBF" + rule("nomacro"));
    INFO(shown(loaded));
    REQUIRE(loaded.diagnostics.size() == 1);
    CHECK(loaded.diagnostics.front().where.line == 3);
    CHECK(loaded.diagnostics.front().where.column == 14);
}

TEST_CASE("every byte of a scalar is somewhere in it") {
    const std::string file = "\"a\\x41\\u20ac\\n b\\\n   c  d\n  e\"";
    const std::string value = "aA\xE2\x82\xAC\n bc  d e";
    uint32_t before = 0;
    for (size_t i = 0; i <= value.size(); ++i) {
        const uint32_t here = rules::offset_in_scalar(file, 0, value, i);
        CHECK(here >= before);
        CHECK(here < file.size());
        before = here;
    }
    CHECK(file[rules::offset_in_scalar(file, 0, value, value.find('e'))] == 'e');
    CHECK(file[rules::offset_in_scalar(file, 0, value, value.find('c'))] == 'c');
}
