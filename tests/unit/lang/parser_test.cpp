// Grammar: what is read, how it is printed, where and why it is refused.
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "engine/lang/ast.h"

using saker::lang::parse_condition;

TEST_CASE("conditions print in one canonical way") {
    const std::map<std::string, std::string> expected = {
        {"a", "a"},
        {" ( a ) ", "a"},
        {"a and b or c", "((a and b) or c)"},
        {"a and (b or c) and d", "(a and (b or c) and d)"},
        {"(a or b) or c", "((a or b) or c)"},
        {"not a and not(b)or not not c", "((not a and not b) or c)"},
        {"not (not a)", "not not a"},
        {"not", "not"},
        {"not not", "not not"},
        {"and and and", "(and and and)"},
        {"notb", "notb"},
        {"a and(c)", "(a and c)"},
        {"x.y=1", "x.y = 1"},
        {"x.y == 1", "x.y == 1"},
        {"x.y exists", "x.y exists"},
        {"x.y<0x1F and x.y>-1.5e+3", "(x.y < 0x1F and x.y > -1.5e+3)"},
        {"x.y >= 1and z", "(x.y >= 1 and z)"},
        {"x.y in(a,'b c',\"d\")", "x.y in (a, \"b c\", d)"},
        {"x.y in ()", "x.y in ()"},
        {"x.y in some_list", "x.y in some_list"},
        {"x.y insome", "x.y in some"},
        {"x.y pmatch (/a)", "x.y pmatch (/a)"},
        {"x.y intersects val(z.w)", "x.y intersects val(z.w)"},
        {"x.y = anyof (a)", "x.y = anyof (a)"},
        {"x.y startswith oneof some_list", "x.y startswith oneof some_list"},
        {"x.y = anyof and z", "(x.y = anyof and z)"},
        {"x.y = ''", "x.y = \"\""},
        {"x.y = \"a\\tb\\x01\"", "x.y = \"a\\tb\\x01\""},
        {"x.y['a b'] = 1", "x.y[\"a b\"] = 1"},
        {"x.y[/proc*]exists", "x.y[/proc*] exists"},
        {"tolower( x.y )=val( z.w[1] )", "tolower(x.y) = val(z.w[1])"},
        {"getopt(x.y, \"n:\")[n] = a", "getopt(x.y,n:)[n] = a"},
        {"join(\"-\", (x.y,5,'a')) = a", "join(-,(x.y,5,a)) = a"},
        {"x.y = tolower", "x.y = tolower"},
        {"x.y = val", "x.y = val"},
        {"x.y = 'val(z.w)'", "x.y = val(z.w)"},
    };
    for (const auto& [text, canonical] : expected) {
        INFO(text);
        const auto parsed = parse_condition(text);
        REQUIRE(parsed);
        CHECK(to_text(*parsed) == canonical);
        CHECK(to_text(copy(*parsed)) == canonical);
    }
}

TEST_CASE("errors say where and what") {
    struct Case {
        std::string text;
        uint32_t line;
        uint32_t column;
        std::string message;
    };
    const Case cases[] = {
        {"", 1, 1, "expected a field"},
        {"  ", 1, 3, "expected a field"},
        {"not ", 1, 5, "expected a field"},
        {"()", 1, 2, "expected a field"},
        {"a b", 1, 3, "expected 'and', 'or' or the end"},
        {"a and", 1, 6, "expected a blank or '('"},
        {"a and ", 1, 7, "expected a field"},
        {"a andb", 1, 6, "expected a blank or '('"},
        {"(a", 1, 3, "closing ')'"},
        {"a)", 1, 2, "expected 'and', 'or' or the end"},
        {"a and\n  x.y cat", 2, 7, "expected an operator"},
        {"x.y", 1, 4, "expected an operator"},
        {"x..y = 1", 1, 2, "expected 'and', 'or' or the end"},
        {"x.y =", 1, 6, "expected a value"},
        {"x.y = (a)", 1, 7, "expected a value"},
        {"x.y < a", 1, 7, "expected a number"},
        {"x.y < 1e5", 1, 8, "expected 'and', 'or' or the end"},
        {"x.y in a,b", 1, 9, "expected 'and', 'or' or the end"},
        {"x.y in 5", 1, 8, "expected a list"},
        {"x.y in (a b)", 1, 11, "expected ',' or ')'"},
        {"x.y in (a,)", 1, 11, "expected a value"},
        {"x.y containsa", 1, 5, "expected an operator"},
        {"x.y CONTAINS a", 1, 5, "expected an operator"},
        {"x.y = 'a", 1, 7, "never closed"},
        {"x.y = \"a\\q\"", 1, 9, "no escape \\q"},
        {"x.y[] = a", 1, 5, "expected an argument"},
        {"x.y[1 = a", 1, 6, "expected ']'"},
        {"x.y = val(5)", 1, 11, "expected a field inside val()"},
        {"val(x.y) = a", 1, 1, "expected a field or a transformer on the left"},
        {"tolower(a) = a", 1, 9, "expected a field, a transformer, a number or a quoted text"},
        {"tolower(x.y = a", 1, 13, "expected ',' or ')'"},
        {"join('-', (a)) = a", 1, 12, "expected a field, a transformer, a number"},
        {"join('-', (('a'))) = a", 1, 12, "expected a field, a transformer, a number"},
        {std::string("x.y = a\0b", 9), 1, 8, "expected 'and', 'or' or the end"},
    };
    for (const Case& each : cases) {
        INFO(each.text);
        const auto parsed = parse_condition(each.text);
        REQUIRE_FALSE(parsed);
        CHECK_THAT(parsed.error().message, Catch::Contains(each.message));
        CHECK(parsed.error().where.line == each.line);
        CHECK(parsed.error().where.column == each.column);
    }
}

TEST_CASE("nesting is bounded") {
    const auto nested = [](size_t levels, const std::string& open, const std::string& close) {
        std::string text;
        for (size_t i = 0; i < levels; ++i) {
            text += open;
        }
        text += "x.y";
        for (size_t i = 0; i < levels; ++i) {
            text += close;
        }
        return text + " = a";
    };
    const auto groups = [](size_t levels) {
        return std::string(levels, '(') + "a" + std::string(levels, ')');
    };
    CHECK(parse_condition(groups(900)));
    CHECK_FALSE(parse_condition(groups(100'000)));
    CHECK(parse_condition(nested(900, "tolower(", ")")));
    CHECK_FALSE(parse_condition(nested(100'000, "tolower(", ")")));
    CHECK_FALSE(parse_condition(std::string(100'000, '(')));

    std::string negations;
    for (int i = 0; i < 900; ++i) {
        negations += "not(a and ";
    }
    negations += "b" + std::string(900, ')');
    const auto deep = parse_condition(negations);
    REQUIRE(deep);
    CHECK(to_text(copy(*deep)) == to_text(*deep));

    std::string blanks;
    for (int i = 0; i < 100'001; ++i) {
        blanks += "not ";
    }
    CHECK(parse_condition(blanks + "a"));
}

TEST_CASE("spans carry the source they were given") {
    const auto parsed = parse_condition("a and x.y in (b)", 7);
    REQUIRE(parsed);
    const auto& all = std::get<saker::lang::All>(parsed->node);
    CHECK(all.terms[0].span.source == 7);
    const auto& compare = std::get<saker::lang::Compare>(all.terms[1].node);
    CHECK(compare.op_span.begin == 10);
    CHECK(compare.op_span.end == 12);
    CHECK(compare.right.front().span.begin == 13);
}

TEST_CASE("a term is read from the front of a text") {
    size_t length = 0;
    const auto term = saker::lang::parse_term("toupper(proc.name) and more", length);
    REQUIRE(term);
    CHECK(length == 18);
    CHECK_FALSE(saker::lang::parse_term("toupper(", length));
    CHECK_FALSE(saker::lang::parse_term("name", length));
}
