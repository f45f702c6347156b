// What loads, with a warning.
#include "tests/unit/rules/verdicts.h"

namespace rules = saker::rules;
using saker::Diagnostic;
using saker::Severity;
using namespace saker::testing;

TEST_CASE("doubtful things load with a warning") {
    const std::string used = rule_with("evt.type = open and m");
    check_warned({
        {kRule + "- nonsense: 1\n", "LOAD_UNKNOWN_ITEM", "Unknown top level item 'nonsense'"},
        {kRule + "- {}\n", "LOAD_UNKNOWN_ITEM", "Unknown top level item"},
        {rule_with("evt.type = open", "  prioritty: x\n"), "LOAD_UNKNOWN_KEY", "prioritty"},
        {"- macro: m\n  condition: proc.name = a\n  desc: x\n" + used, "LOAD_UNKNOWN_KEY", "desc"},
        {"- list: l\n  items: [a]\n  tags: [x]\n" + kRule, "LOAD_UNKNOWN_KEY", "tags"},
        {exception("{name: e, fields: proc.name, value: [a]}"), "LOAD_UNKNOWN_KEY", "value"},
        {rule_with("evt.type = open", "  tags: [a]\n  tags: [b]\n"), "SAKER_DUPLICATE_KEY", "tags"},
        {kRule + "- macro: m\n  condition: evt.type = open\n", "LOAD_UNUSED_MACRO", ""},
        {kRule + "- list: l\n  items: []\n", "LOAD_UNUSED_LIST", ""},
        {"- macro: my-m\n  condition: evt.type = open\n" + kRule, "LOAD_INVALID_MACRO_NAME", ""},
        {"- list: my l\n  items: [a]\n" + kRule, "LOAD_INVALID_LIST_NAME", ""},
        {change("  enabled: false\n"), "LOAD_DEPRECATED_ITEM", "enabled"},
        {"- list: l\n  items: [a]\n- list: l\n  items: [b]\n  append: true\n" + kRule,
         "LOAD_DEPRECATED_ITEM", "append"},
        {rule_with("proc.name = cat"), "LOAD_NO_EVTTYPE", "too many evt.type"},
        {rule_with("evt.type != open"), "LOAD_NO_EVTTYPE", "too many evt.type"},
        {rule_with("evt.type = open", "  source: nothing\n"), "LOAD_UNKNOWN_SOURCE", "nothing"},
        {rule_with("evt.type = open and ka.verb = get", "  skip-if-unknown-filter: true\n"),
         "LOAD_UNKNOWN_FILTER", "ka.verb"},
        {rule_with("evt.type = open", "  capture: true\n"), "SAKER_CAPTURE_IGNORED", ""},
        {exception("{name: e, fields: proc.name, values: [a]}\n"
                   "    - {name: e, fields: proc.name, values: [b]}"),
         "LOAD_EXCEPTION_NAME_NOT_UNIQUE", "exception 'e'"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: e}]\n  append: true\n",
         "LOAD_APPEND_NO_VALUES", ""},
        {rule_with("evt.type = open and evt.latency > 5"), "LOAD_DEPRECATED_ITEM", "evt.latency"},
        {"- rule: r1\n  desc: d\n  condition: evt.type = open\n  output: x %container.info\n"
         "  priority: INFO\n",
         "LOAD_DEPRECATED_ITEM", "container.info"},
        {rule_with("evt.type = open and proc.name regex abc"), "LOAD_COMPILE_CONDITION", "regex"},
    });
}

TEST_CASE("rules that can never match here are told, others are not") {
    struct Row {
        const char* condition;
        const char* why;  // null: it can match
    };
    const Row rows[] = {
        {"evt.type = open", nullptr},
        {"evt.type in (open, kexec_load)", nullptr},
        {"evt.type = page_fault", "does not capture the events it is for: page_fault"},
        {"evt.type = open and evt.type = close", "true of no event"},
        {"evt.num = 0", "true of no event"},
        {"evt.type = open and proc.name = a and proc.name = b", "contradicts itself"},
        {"evt.type = open and (proc.name = a or proc.name = b)", nullptr},
        {"evt.type = open and proc.name in (a, b) and proc.name in (b, c)", nullptr},
        {"evt.type = open and proc.name in (a, b) and proc.name in (c, d)", "contradicts itself"},
        {"evt.type = open and proc.name in ()", "contradicts itself"},
        {"evt.type = open and not proc.name in ()", nullptr},
        {"evt.type = open and proc.aname = a and proc.aname = b", nullptr},
        {"evt.type = open and fd.name = /a and fd.name = /b", nullptr},
        {"evt.type = open and proc.name = a-name-that-is-too-long", "longer than 15 characters"},
        {"evt.type = open and proc.name startswith a-name-that-is-too-long", nullptr},
        {"evt.type = open and evt.pluginname = x", "does not fill evt.pluginname"},
        {"evt.type = open and not evt.pluginname = x", nullptr},
        {"evt.type = open and (evt.pluginname = x or proc.name = a)", nullptr},
    };
    for (const Row& row : rows) {
        const auto loaded = load_text(rule_with(row.condition, "  warn_evttypes: false\n"));
        INFO(row.condition << "\n" << shown(loaded));
        REQUIRE(loaded.ok());
        const Diagnostic* found = find_code(loaded, "SAKER_NEVER_MATCHES");
        REQUIRE((found != nullptr) == (row.why != nullptr));
        if (found != nullptr) {
            CHECK(found->message.starts_with("loads, but can never match here, because "));
            CHECK(found->message.find(row.why) != std::string::npos);
        }
    }
    const auto partly =
        load_text(rule_with("evt.type = open and proc.name in (a, name-of-16-chars)"));
    INFO(shown(partly));
    CHECK(find_code(partly, "SAKER_NAME_TOO_LONG") != nullptr);
    CHECK(find_code(partly, "SAKER_NEVER_MATCHES") == nullptr);
}
