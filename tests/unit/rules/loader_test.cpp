// Rule files: what loads, what is refused, and with which words.
#include "tests/unit/rules/verdicts.h"

namespace rules = saker::rules;
using saker::Diagnostic;
using saker::Severity;
using namespace saker::testing;

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
    CHECK(loaded.diagnostics.size() == 10);  // and the macro is not used
    for (const char* message :
         {"Invalid priority", "Undefined macro 'nomacro'", "invalid formatting token",
          "Value is not a sequence", "proc.nme", "fd.nam"}) {
        INFO(message);
        CHECK(std::ranges::any_of(loaded.diagnostics, [&](const Diagnostic& found) {
            return found.message.find(message) != std::string::npos;
        }));
    }
}

TEST_CASE("a mistake in a rule's keys hides no other, and its macros are used") {
    const auto loaded = load_text(
        "- macro: m\n  condition: evt.type = open\n"
        "- rule: a\n  desc: d\n  condition: m and proc.nme = x\n  output: '%fd.nam'\n"
        "  priority: LOW\n  exceptions:\n    - name: e\n      fields: [proc.name]\n      comps: "
        "[near]\n");
    INFO(shown(loaded));
    REQUIRE(loaded.diagnostics.size() == 4);
    for (const char* message : {"Invalid priority", "proc.nme", "%fd.nam", "'near'"}) {
        CHECK(std::ranges::any_of(loaded.diagnostics, [&](const Diagnostic& found) {
            return found.severity == Severity::error &&
                   found.message.find(message) != std::string::npos;
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
