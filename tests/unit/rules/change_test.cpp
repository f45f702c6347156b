// Rules that change other rules: overrides, appended parts, and what comes later.
#include "tests/unit/rules/verdicts.h"

namespace rules = saker::rules;
using saker::Diagnostic;
using saker::Severity;
using namespace saker::testing;

TEST_CASE("overrides change what they name, in every combination") {
    struct Row {
        const char* keys;
        const char* condition;
        const char* output;
        const char* description;
        const char* tags;
    };
    const Row rows[] = {
        {"  condition: and proc.name = cat\n  override: {condition: append}\n",
         "(evt.type = open and proc.name = cat)", "file=%fd.name", "a rule", "t1"},
        {"  condition: evt.type = close\n  override: {condition: replace}\n", "evt.type = close",
         "file=%fd.name", "a rule", "t1"},
        {"  output: pid=%proc.pid\n  override: {output: append}\n", "evt.type = open",
         "file=%fd.name pid=%proc.pid", "a rule", "t1"},
        {"  output: pid=%proc.pid\n  override: {output: replace}\n", "evt.type = open",
         "pid=%proc.pid", "a rule", "t1"},
        {"  desc: and more\n  override: {desc: append}\n", "evt.type = open", "file=%fd.name",
         "a rule and more", "t1"},
        {"  desc: another\n  override: {desc: replace}\n", "evt.type = open", "file=%fd.name",
         "another", "t1"},
        {"  tags: [t2, t1]\n  override: {tags: append}\n", "evt.type = open", "file=%fd.name",
         "a rule", "t1 t2"},
        {"  tags: [t2]\n  override: {tags: replace}\n", "evt.type = open", "file=%fd.name",
         "a rule", "t2"},
        {"  tags: [t2]\n  desc: x\n  override: {tags: append, desc: replace}\n", "evt.type = open",
         "file=%fd.name", "x", "t1 t2"},
        {"  condition: or evt.type = close\n  append: true\n",
         "(evt.type = open or evt.type = close)", "file=%fd.name", "a rule", "t1"},
    };
    const std::string base = rule_with("evt.type = open", "  tags: [t1]\n");
    for (const Row& row : rows) {
        const auto loaded = load_text(base + "- rule: r1\n" + row.keys);
        INFO(row.keys << shown(loaded));
        REQUIRE(loaded.ok());
        const rules::Rule& rule = loaded.rules->rules().front();
        CHECK(rule.condition == row.condition);
        CHECK(rule.output == row.output);
        CHECK(rule.description == row.description);
        std::string tags;
        for (const std::string& tag : rule.tags) {
            tags += (tags.empty() ? "" : " ") + tag;
        }
        CHECK(tags == row.tags);
    }
}

TEST_CASE("overrides that cannot be are refused") {
    std::vector<Refused> rows = {
        {change("  condition: x\n  append: true\n  override: {condition: append}\n"), kShape,
         "Keys 'override' and 'append: true' cannot be used together"},
        {change("  override: {condition: append}\n"), kShape,
         "An append override for 'condition' was specified but 'condition' is not defined"},
        {change("  override: {enabled: replace}\n"), kShape,
         "An replace override for 'enabled' was specified but 'enabled' is not defined"},
        {change("  desc: x\n  tags: [a]\n  override: {desc: replace}\n"), kShape,
         "Unexpected key 'tags': no corresponding entry under 'override' is defined."},
        {change("  source: syscall\n  override: {source: replace}\n"), kShape,
         "Key 'source' cannot be replaced"},
        {change("  nonsense: 1\n  override: {nonsense: append}\n"), kShape,
         "Key 'nonsense' cannot be appended to"},
        {change("  desc: x\n  override: {desc: [append]}\n"), kShape, "Invalid override operation"},
        {change("  desc: x\n  override: [desc]\n"), kShape, "must be a mapping"},
        {change("  append: true\n"), kValidate,
         "Appended rule must have exceptions or condition property"},
        {kRule + "- rule: r2\n  condition: x\n  append: true\n", kValidate,
         "but no rule by that name already exists"},
        {kRule + "- rule: r2\n  desc: x\n  override: {desc: replace}\n", kValidate,
         "An 'override.<key>: replace' to a rule was requested but no rule by that name"},
        {kRule + "- rule: r2\n  enabled: false\n", kValidate,
         "Rule has 'enabled' key but no rule by that name already exists"},
        {kRule + "- macro: m\n  condition: x\n  append: true\n", kValidate,
         "but no macro by that name already exists"},
        {kRule + "- list: l\n  items: [x]\n  override: {items: append}\n", kValidate,
         "but no list by that name already exists"},
        {kRule + "- list: l\n  items: [x]\n  override: {condition: append}\n", kShape,
         "Key 'condition' cannot be appended to"},
        {kRule + "- macro: l\n  condition: x\n  override: {items: replace}\n", kShape,
         "Key 'items' cannot be replaced"},
    };
    for (const char* key : {"priority", "enabled", "warn_evttypes", "skip-if-unknown-filter",
                            "capture", "capture_duration"}) {
        const std::string name = key;
        rows.push_back({change("  " + name + ": 1\n  override: {" + name + ": append}\n"), kShape,
                        "cannot be appended to, use 'replace' instead"});
    }
    check_refused(rows);
}

TEST_CASE("every key that may be replaced is") {
    const auto loaded = load_text(
        change("  priority: ERROR\n  enabled: false\n  warn_evttypes: false\n"
               "  skip-if-unknown-filter: true\n  capture: true\n  capture_duration: 5\n"
               "  override: {priority: replace, enabled: replace, warn_evttypes: replace,\n"
               "    skip-if-unknown-filter: replace, capture: replace, capture_duration: replace}"
               "\n"));
    INFO(shown(loaded));
    REQUIRE(loaded.ok());
    const rules::Rule& rule = loaded.rules->rules().front();
    CHECK(rule.priority == rules::Priority::error);
    CHECK_FALSE(rule.enabled);
    CHECK(rule.capture);
    CHECK(rule.capture_duration_ms == 5);
    CHECK(find_code(loaded, "SAKER_CAPTURE_IGNORED") != nullptr);
}

TEST_CASE("what comes later changes what came before, wherever it stands") {
    check_expanded({
        // A second definition takes the place of the first.
        {kRule + rule_with("evt.type = close"), "evt.type = close"},
        {"- macro: m\n  condition: evt.type = open\n- macro: m\n  condition: evt.type = close\n" +
             rule_with("m"),
         "evt.type = close"},
        {"- list: l\n  items: [a]\n- list: l\n  items: [b]\n" +
             rule_with("evt.type = open and proc.name in (l)"),
         "(evt.type = open and proc.name in (b))"},
        // Changes before the definition wait for it.
        {"- rule: r1\n  condition: and proc.name = a\n  append: true\n" + kRule,
         "(evt.type = open and proc.name = a)"},
        {"- list: l\n  items: [b]\n  append: true\n- list: l\n  items: [a]\n" +
             rule_with("evt.type = open and proc.name in (l)"),
         "(evt.type = open and proc.name in (a, b))"},
        // Macros and lists may be used before they are defined.
        {rule_with("m") + "- macro: m\n  condition: n\n- macro: n\n  condition: evt.type = open\n",
         "evt.type = open"},
        {rule_with("evt.type = open and proc.name in (l)") +
             "- list: l\n  items: [a, k]\n- list: k\n  items: [b]\n",
         "(evt.type = open and proc.name in (a, b))"},
    });
    const auto loaded = load_texts({rule_with("m"), "- macro: m\n  condition: evt.type = open\n"});
    INFO(shown(loaded));
    CHECK(loaded.ok());
}

TEST_CASE("a rule keeps its source") {
    CHECK(load_text(kRule + rule_with("evt.type = open", "  source: syscall\n")).ok());
    check_refused({
        {kRule + rule_with("evt.type = open", "  source: other\n"), kValidate,
         "Rule has been re-defined with a different source"},
        {change("  condition: and x\n  append: true\n  source: other\n"), kValidate,
         "Rule has been re-defined with a different source"},
        {change("  desc: x\n  source: other\n  override: {desc: append}\n"), kValidate,
         "Rule has been re-defined with a different source"},
    });
    // Without a word about it, the source of before is meant.
    const auto loaded = load_text(rule_with("ka.verb = get", "  source: k8s_audit\n") +
                                  rule_with("ka.verb = list"));
    INFO(shown(loaded));
    REQUIRE(loaded.ok());
    CHECK(loaded.count == 0);
    CHECK(find_code(loaded, "LOAD_UNKNOWN_SOURCE") != nullptr);
}
