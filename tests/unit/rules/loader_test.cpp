// Rule files in all their shapes: what loads, what is refused, and with which words.
#include <catch2/catch.hpp>

#include "tests/unit/rules/rule_files.h"

namespace rules = saker::rules;
using saker::Diagnostic;
using saker::Severity;
using saker::testing::find_code;
using saker::testing::load_text;
using saker::testing::load_texts;
using saker::testing::rule_with;
using saker::testing::shown;

namespace {

constexpr const char* kValidate = "LOAD_ERR_VALIDATE";
constexpr const char* kShape = "LOAD_ERR_YAML_VALIDATE";
constexpr const char* kCondition = "LOAD_ERR_COMPILE_CONDITION";
constexpr const char* kOutput = "LOAD_ERR_COMPILE_OUTPUT";

const std::string kRule = rule_with("evt.type = open");

/// A change to the rule above.
std::string change(const std::string& keys) {
    return kRule + "- rule: r1\n" + keys;
}

std::string exception(const std::string& body) {
    return rule_with("evt.type = open", "  exceptions:\n    - " + body + "\n");
}

struct Refused {
    std::string text;
    const char* code;
    const char* message;
};

void check_refused(const std::vector<Refused>& rows) {
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

void check_expanded(const std::vector<Expanded>& rows) {
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

void check_warned(const std::vector<Warned>& rows) {
    for (const Warned& row : rows) {
        const rules::Loaded loaded = load_text(row.text);
        INFO(row.text << "\n" << shown(loaded));
        CHECK(loaded.ok());
        REQUIRE(find_code(loaded, row.code) != nullptr);
        CHECK(find_code(loaded, row.code)->message.find(row.message) != std::string::npos);
    }
}

}  // namespace

TEST_CASE("items of a wrong shape are refused") {
    check_refused({
        {"rule: x\n", kShape, "Rules content is not yaml array of objects"},
        {"just text\n", kShape, "Rules content is not yaml array of objects"},
        {"- text\n", kShape, "Each element should be a yaml associative array"},
        {"- [a]\n", kShape, "Each element should be a yaml associative array"},
        {"- rule:\n  desc: d\n", kShape, "Mapping for key 'rule' is empty"},
        {"- rule: ''\n", kShape, "Value must be non-empty"},
        {"- rule: [a]\n", kShape, "Value is not a scalar value"},
        {"- rule: {a: b}\n", kShape, "Value is not a scalar value"},
        {"- macro: ''\n  condition: x\n", kShape, "Value must be non-empty"},
        {"- macro: m\n  condition: [a]\n", kShape, "Value is not a scalar value"},
        {"- macro: m\n  condition: ''\n", kShape, "Value must be non-empty"},
        {"- list: l\n", kShape, "Item has no mapping for key 'items'"},
        {"- list: l\n  items:\n", kShape, "Value is not a sequence"},
        {"- list: l\n  items: a\n", kShape, "Value is not a sequence"},
        {"- list: l\n  items: {a: b}\n", kShape, "Value is not a sequence"},
        {"- list: l\n  items: [{a: b}]\n", kShape, "sequence value is not scalar"},
        {"- list: l\n  items: [~]\n", kShape, "sequence value is not scalar"},
        {"- list: l\n  items: [a]\n  append: perhaps\n", kShape, "Can't decode YAML scalar value"},
        {"- list: l\n  items: [a]\n  override: append\n", kShape, "must be a mapping"},
    });
}

TEST_CASE("keys of a rule want values of their type") {
    check_refused({
        {"- rule: r1\n  condition: evt.type = open\n", kShape, "no mapping for key 'output'"},
        {rule_with("''"), kShape, "Value must be non-empty"},
        {rule_with("[evt.type = open]"), kShape, "Value is not a scalar value"},
        {rule_with("~"), kShape, "Mapping for key 'condition' is empty"},
        {rule_with("evt.type = open", "  enabled: 1\n"), kShape, "'enabled' must be true or false"},
        {rule_with("evt.type = open", "  enabled: tRuE\n"), kShape, "must be true or false"},
        {rule_with("evt.type = open", "  enabled: [true]\n"), kShape, "not a scalar"},
        {rule_with("evt.type = open", "  enabled:\n"), kShape, "'enabled' is empty"},
        {rule_with("evt.type = open", "  warn_evttypes: maybe\n"), kShape, "'warn_evttypes'"},
        {rule_with("evt.type = open", "  skip-if-unknown-filter: 3\n"), kShape,
         "'skip-if-unknown-filter'"},
        {rule_with("evt.type = open", "  capture: x\n"), kShape, "'capture'"},
        {rule_with("evt.type = open", "  capture_duration: soon\n"), kShape, "'capture_duration'"},
        {rule_with("evt.type = open", "  capture_duration: -1\n"), kShape, "'capture_duration'"},
        {rule_with("evt.type = open", "  tags: a\n"), kShape, "Value is not a sequence"},
        {rule_with("evt.type = open", "  tags:\n"), kShape, "Value is not a sequence"},
        {rule_with("evt.type = open", "  tags: [{a: b}]\n"), kShape,
         "sequence value is not scalar"},
        {rule_with("evt.type = open", "  source: [syscall]\n"), kShape, "not a scalar"},
        {rule_with("evt.type = open", "  exceptions: x\n"), kShape, "must be a sequence"},
        {"- rule: r1\n  desc: d\n  condition: evt.type = open\n  output: x\n  priority: URGENT\n",
         kShape, "Invalid priority 'URGENT'"},
        {"- rule: r1\n  desc: d\n  condition: evt.type = open\n  output: ''\n  priority: INFO\n",
         kShape, "Value must be non-empty"},
        {"- rule: r1\n  desc: d\n  condition: evt.type = open\n  output: '  '\n  priority: INFO\n",
         kOutput, "empty formatting token"},
        {"- rule: r1\n  desc: d\n  condition: evt.type = open\n  output: '%no.field'\n"
         "  priority: INFO\n",
         kOutput, "invalid formatting token"},
    });
}

TEST_CASE("truth, priorities and texts are read as YAML and people write them") {
    for (const char* word : {"true", "True", "TRUE", "yes", "Yes", "on", "y"}) {
        const auto loaded =
            load_text(rule_with("evt.type = open", "  enabled: " + std::string(word) + "\n"));
        INFO(word << shown(loaded));
        REQUIRE(loaded.ok());
        CHECK(loaded.rules->rules().front().enabled);
    }
    for (const char* word : {"false", "No", "OFF", "n"}) {
        const auto loaded =
            load_text(rule_with("evt.type = open", "  enabled: " + std::string(word) + "\n"));
        INFO(word << shown(loaded));
        REQUIRE(loaded.ok());
        CHECK_FALSE(loaded.rules->rules().front().enabled);
    }
    for (const char* word : {"emergency", "Alert", "CRITICAL", "error", "warning", "notice", "info",
                             "INFORMATIONAL", "debug"}) {
        const auto loaded = load_text(
            "- rule: r1\n  desc: d\n  condition: evt.type = open\n  output: x\n"
            "  priority: " +
            std::string(word) + "\n");
        INFO(word << shown(loaded));
        CHECK(loaded.ok());
    }
}

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

TEST_CASE("exceptions become part of the condition") {
    const std::string open = "evt.type = open";
    check_expanded({
        {exception("{name: e, fields: proc.name, values: [a, b]}"),
         "(evt.type = open and not proc.name in (a, b))"},
        {exception("{name: e, fields: proc.name, comps: intersects, values: [a]}"),
         "(evt.type = open and not proc.name intersects (a))"},
        {exception("{name: e, fields: proc.name, comps: startswith oneof, values: [a, b]}"),
         "(evt.type = open and not proc.name startswith oneof (a, b))"},
        {exception("{name: e, fields: [proc.name], values: [[a], [b]]}"),
         "(evt.type = open and not (proc.name = a or proc.name = b))"},
        {exception("{name: e, fields: [proc.name, fd.name], comps: [=, startswith],"
                   " values: [[cron, /var/spool], [anacron, /etc]]}"),
         "(evt.type = open and not ((proc.name = cron and fd.name startswith /var/spool) or "
         "(proc.name = anacron and fd.name startswith /etc)))"},
        {exception("{name: e, fields: [proc.name, fd.name], comps: [in, pmatch],"
                   " values: [[[a, b], [/x, /y]]]}"),
         "(evt.type = open and not (proc.name in (a, b) and fd.name pmatch (/x, /y)))"},
        {exception("{name: e, fields: [proc.name], comps: [in], values: [[a]]}"),
         "(evt.type = open and not proc.name in (a))"},
        {exception("{name: e, fields: ['tolower(proc.name)'], values: [[a]]}"),
         "(evt.type = open and not tolower(proc.name) = a)"},
        {exception("{name: e, fields: [proc.name], values: [['toupper(proc.pname)']]}"),
         "(evt.type = open and not proc.name = toupper(proc.pname))"},
        {exception("{name: e, fields: [proc.pid], comps: [<], values: [[5]]}"),
         "(evt.type = open and not proc.pid < 5)"},
        {exception("{name: e, fields: [evt.res], values: []}"), open},
        {exception("{name: e, fields: [evt.res]}"), open},
        {exception("{name: e, fields: proc.name}"), open},
        // Values are values: quotes, blanks and parentheses in them are theirs.
        {exception("{name: e, fields: [proc.cmdline], values: [['say \"hi\" (x)']]}"),
         "(evt.type = open and not proc.cmdline = \"say \\\"hi\\\" (x)\")"},
        {exception("{name: e, fields: [proc.cmdline], values: [['\"a b\"']]}"),
         "(evt.type = open and not proc.cmdline = \"a b\")"},
        // Lists are known by their names in exceptions too.
        {"- list: l\n  items: [x, y]\n" +
             exception("{name: e, fields: [proc.name], comps: [in], values: [[l]]}"),
         "(evt.type = open and not proc.name in (x, y))"},
        {"- list: l\n  items: [x, y]\n" + exception("{name: e, fields: proc.name, values: [l, z]}"),
         "(evt.type = open and not proc.name in (x, y, z))"},
        // An `or` of the condition stays together.
        {rule_with("evt.type = open or evt.type = close",
                   "  exceptions: [{name: e, fields: proc.name, values: [a]}]\n"),
         "((evt.type = open or evt.type = close) and not proc.name in (a))"},
        // Appended values, and exceptions.
        {exception("{name: e, fields: proc.name}") + "- rule: r1\n  exceptions: [{name: e, values: "
                                                     "[a]}]\n  override: {exceptions: append}\n",
         "(evt.type = open and not proc.name in (a))"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: f, fields: proc.pname, values: [b]}]\n"
             "  append: true\n",
         "(evt.type = open and not proc.name in (a) and not proc.pname in (b))"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: []\n  override: {exceptions: replace}\n",
         open},
    });
}

TEST_CASE("exceptions that cannot be are refused") {
    check_refused({
        {exception("x"), kShape, "Rule exception must be a mapping"},
        {exception("{fields: proc.name, values: [a]}"), kShape, "no mapping for key 'name'"},
        {exception("{name: '', fields: proc.name}"), kShape, "Value must be non-empty"},
        {exception("{name: e, values: [a]}"), kShape, "no mapping for key 'fields'"},
        {exception("{name: e, fields: '', values: [a]}"), kShape, "Value must be non-empty"},
        {exception("{name: e, fields: , values: [a]}"), kValidate,
         "Rule exception item must have fields property"},
        {exception("{name: e, fields: proc.name, values: a}"), kShape,
         "Rule exception values must be a sequence"},
        {exception("{name: e, fields: proc.name, values: }"), kShape,
         "Rule exception values must be a sequence"},
        {exception("{name: e, fields: proc.name, values: ['']}"), kShape,
         "Value must be non-empty"},
        {exception("{name: e, fields: proc.name, values: [[a]]}"), kValidate,
         "Expected values array to contain a list of strings"},
        {exception("{name: e, fields: proc.name, comps: '=', values: [a]}"), kValidate,
         "comps must be one of (in, pmatch, intersects)"},
        {exception("{name: e, fields: proc.name, comps: [in], values: [a]}"), kValidate,
         "Fields and comps must both be strings"},
        {exception("{name: e, fields: [proc.name], comps: in, values: [[a]]}"), kValidate,
         "Fields and comps lists must have equal length"},
        {exception("{name: e, fields: [proc.name, fd.name], comps: [=], values: [[a, b]]}"),
         kValidate, "Fields and comps lists must have equal length"},
        {exception("{name: e, fields: [proc.name], comps: [like], values: [[a]]}"), kValidate,
         "'like' is not a supported comparison operator"},
        {exception("{name: e, fields: [proc.name], comps: [in oneof], values: [[a]]}"), kValidate,
         "'in oneof' is not a supported comparison operator"},
        {exception("{name: e, fields: [nosuch.field], values: [[a]]}"), kValidate,
         "'nosuch.field' is not a supported filter field"},
        {exception("{name: e, fields: [[proc.name]], values: [[a]]}"), kValidate,
         "is not a supported filter field"},
        {exception("{name: e, fields: [proc.name, fd.name], values: [[a]]}"), kValidate,
         "Fields and values lists must have equal length"},
        {exception("{name: e, fields: [proc.name], values: [a]}"), kValidate,
         "Fields and values lists must have equal length"},
        {exception("{name: e, fields: [proc.name], values: [[[a]]]}"), kCondition,
         "takes a single value"},
        {exception("{name: e, fields: [proc.pid], comps: [<], values: [[many]]}"), kCondition,
         "expected a number"},
        {exception("{name: e, fields: [proc.name], values: [['val(no.such)']]}"), kCondition,
         "no.such"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: e, fields: proc.name, values: [b]}]\n"
             "  append: true\n",
         kValidate, "Can not append exception fields to existing exception, only values"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: e, comps: in, values: [b]}]\n  append: true\n",
         kValidate, "Can not append exception comps to existing exception, only values"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: f, values: [b]}]\n  append: true\n",
         kValidate, "Rule exception must have fields property"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: f, fields: proc.name, values: []}]\n"
             "  append: true\n",
         kValidate, "Rule exception must have values property"},
    });
}

TEST_CASE("versions are three numbers, and not newer than the engine") {
    check_refused({
        {"- required_engine_version: 0.26\n", kShape, "as a semver string"},
        {"- required_engine_version: -1\n", kShape, "as a semver string"},
        {"- required_engine_version: [1]\n", kShape, "Value is not a scalar value"},
        {"- required_engine_version:\n", kShape, "is empty"},
        {"- required_engine_version: 0.64.0\n", kValidate, "Rules require engine version 0.64.0"},
        {"- required_engine_version: 1.0.0\n", kValidate, "but engine version is 0.63.0"},
        {"- required_engine_version: 64\n", kValidate, "Rules require engine version 0.64.0"},
        {"- required_plugin_versions:\n    name: json\n", kShape, "must be a sequence"},
        {"- required_plugin_versions: [json]\n", kShape, "Plugin version must be a mapping"},
        {"- required_plugin_versions: [{version: 0.1.0}]\n", kShape, "no mapping for key 'name'"},
        {"- required_plugin_versions: [{name: a, version: 1.0}]\n", kValidate,
         "Invalid required version '1.0' for plugin 'a'"},
        {"- required_plugin_versions: [{name: a, version: 1.0.0, alternatives: b}]\n", kShape,
         "alternatives must be a sequence"},
        {"- required_plugin_versions: [{name: a, version: 1.0.0, alternatives: [b]}]\n", kShape,
         "alternative must be a mapping"},
        {"- required_plugin_versions: [{name: a, version: 1.0.0, alternatives: [{name: b}]}]\n",
         kShape, "no mapping for key 'version'"},
        {"- required_plugin_versions: [{name: a, version: 1.0.0,"
         " alternatives: [{name: a, version: 2.0.0}]}]\n",
         kValidate, "Defined multiple alternative version requirements for plugin 'a'"},
    });
    for (const char* version : {"0", "63", "0.0.1", "0.63.0", "0.57.0-rc1"}) {
        const auto loaded =
            load_text("- required_engine_version: " + std::string(version) + "\n" + kRule);
        INFO(version << shown(loaded));
        CHECK(loaded.ok());
    }
    CHECK(load_text("- required_plugin_versions:\n"
                    "    - {name: container, version: 99.0.0}\n"
                    "    - {name: other, version: 1.2.3, alternatives: [{name: x, version: "
                    "0.1.0}]}\n" +
                    kRule)
              .ok());
}

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

TEST_CASE("all mistakes are reported in one run") {
    const auto loaded = load_texts({
        "- rule: a\n  desc: d\n  condition: evt.type = open and nomacro\n  output: '%'\n"
        "  priority: LOW\n"
        "- rule: b\n  desc: d\n  condition: evt.type = open and nomacro\n  output: '%'\n"
        "  priority: INFO\n"
        "- macro: m\n  condition: evt.type = = open\n",
        "- list: l\n  items: x\n- rule: c\n  desc: d\n  condition: proc.nme = a and fd.nam = b\n"
        "  output: x\n  priority: INFO\n",
    });
    INFO(shown(loaded));
    CHECK(loaded.diagnostics.size() == 8);  // and the macro is not used
    for (const char* message :
         {"Invalid priority", "Undefined macro 'nomacro'", "invalid formatting token",
          "Value is not a sequence", "proc.nme", "fd.nam"}) {
        INFO(message);
        CHECK(std::ranges::any_of(loaded.diagnostics, [&](const Diagnostic& found) {
            return found.message.find(message) != std::string::npos;
        }));
    }
}

TEST_CASE("a broken definition does not make its uses mistakes") {
    const auto loaded = load_text("- macro: m\n- list: l\n  items: 3\n" + rule_with("m") +
                                  "- rule: r2\n  desc: d\n- rule: r2\n  condition: and x\n"
                                  "  append: true\n");
    INFO(shown(loaded));
    const auto errors =
        std::ranges::count(loaded.diagnostics, Severity::error, &Diagnostic::severity);
    CHECK(errors == 5);  // two shapes, and three keys the rule lacks
}

TEST_CASE("lists expand where lists are wanted") {
    const std::string lists = "- list: one\n  items: [x]\n- list: two\n  items: [x, y]\n";
    check_expanded({
        {lists + rule_with("evt.type = open and proc.name = one"),
         "(evt.type = open and proc.name = x)"},
        {lists + rule_with("evt.type = open and proc.name in one"),
         "(evt.type = open and proc.name in (x))"},
        {lists + rule_with("evt.type = open and proc.name startswith anyof (two, z)"),
         "(evt.type = open and proc.name startswith anyof (x, y, z))"},
        {lists + rule_with("evt.type = open and proc.name in ('two')"),
         "(evt.type = open and proc.name in (two))"},
        {"- list: me\n  items: [me, you]\n" + rule_with("evt.type = open and proc.name in (me)"),
         "(evt.type = open and proc.name in (me, you))"},
        {"- list: l\n  items: ['\"a b\"', 'c d', \"it's\", '(x)', 'a,b']\n" +
             rule_with("evt.type = open and proc.name in (l)"),
         "(evt.type = open and proc.name in (\"a b\", \"c d\", \"it's\", (x), a,b))"},
    });
    check_refused({
        {lists + rule_with("evt.type = open and proc.name = two"), kCondition, "'two' is a list"},
        {lists + rule_with("evt.type = open and proc.name in two"), kCondition, "expected a list"},
        {"- list: a\n  items: [b]\n- list: b\n  items: [a]\n" +
             rule_with("evt.type = open and proc.name in (a)"),
         kValidate, "reference loop in list"},
        {rule_with("two") + lists, kValidate, "Undefined macro 'two'"},
    });
}

TEST_CASE("what is used, even by the unused, is not called unused") {
    const auto loaded = load_text(
        "- list: inner\n  items: [a]\n- list: outer\n  items: [inner]\n"
        "- macro: m\n  condition: evt.type = open\n"
        "- macro: n\n  condition: m\n" +
        kRule);
    INFO(shown(loaded));
    CHECK(loaded.diagnostics.size() == 2);
    CHECK(find_code(loaded, "LOAD_UNUSED_LIST")->item == "list 'outer'");
    CHECK(find_code(loaded, "LOAD_UNUSED_MACRO")->item == "macro 'n'");
}

TEST_CASE("rules are chosen by name, tag and priority") {
    const std::string two = rule_with("evt.type = open", "  tags: [x, y]\n") +
                            "- rule: Read shadow\n  desc: d\n  condition: evt.type = open\n"
                            "  output: x\n  priority: ERROR\n  enabled: false\n";
    rules::LoadOptions options;
    options.selections = {{false, "*", ""}, {true, "Read *", ""}, {true, "", "y"}};
    auto loaded = load_text(two, options);
    REQUIRE(loaded.ok());
    CHECK(loaded.rules->find("r1")->enabled);
    CHECK(loaded.rules->find("Read shadow")->enabled);
    options.selections = {{true, "Read ?hadow", ""}, {false, "", "x"}};
    loaded = load_text(two, options);
    CHECK_FALSE(loaded.rules->find("r1")->enabled);
    CHECK(loaded.rules->find("Read shadow")->enabled);
    options.minimum = rules::Priority::warning;
    loaded = load_text(two, options);
    CHECK(loaded.rules->find("r1") == nullptr);
    CHECK(loaded.rules->find("Read shadow") != nullptr);
}

TEST_CASE("outputs end with what the configuration appends") {
    const auto names = [](const rules::Loaded& loaded) {
        std::vector<std::string> all;
        for (const auto& field : loaded.rules->rules().front().message.fields()) {
            all.push_back(field.name);
        }
        return all;
    };
    CHECK(names(load_text(kRule)) ==
          std::vector<std::string>{"fd.name", "container.id", "container.name",
                                   "container.image.repository", "container.image.tag",
                                   "k8s.pod.name", "k8s.ns.name"});
    rules::LoadOptions options;
    options.append_output = {{"", "syscall", {}, "pid=%proc.pid", {}, false},
                             {"other", "", {}, "%fd.num", {}, true},
                             {"", "", {"no"}, "%fd.num", {}, true}};
    options.append_output[0].extra_fields = {{"evt.hostname", ""}, {"who", "%user.name"}};
    auto loaded = load_text(kRule, options);
    INFO(shown(loaded));
    REQUIRE(loaded.ok());
    CHECK(names(loaded) == std::vector<std::string>{"fd.name", "proc.pid"});
    CHECK(loaded.rules->rules().front().extra_fields.size() == 2);
    options.append_output[0].extra_output = "%nothing";
    CHECK(find_code(load_text(kRule, options), kOutput) != nullptr);
}
