#include "cli/explain.h"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/diagnostics.h"
#include "cli/exit_code.h"
#include "cli/findings_json.h"
#include "cli/words.h"
#include "engine/base/nearest.h"
#include "engine/event/event_table.h"
#include "engine/event/system_calls.h"
#include "engine/rules/loader.h"
#include "engine/source/hooks.h"

namespace saker::cli {
namespace {

using nlohmann::ordered_json;

bool reports(event_id event, EventKind kind) {
    return kEventTable[event].kind == kind ||
           (event == EVENT_syscall && find_system_call(kind) && !event_of_call(kind));
}

/// The hooks that can tell of an event, each with its rungs, best first.
ordered_json hooks_of(EventKind kind) {
    ordered_json hooks = ordered_json::array();
    for (const Hook& hook : all_hooks()) {
        for (size_t event = 0; event < kEventTable.size(); ++event) {
            if (!reports(static_cast<event_id>(event), kind) || !hook.events.test(event)) {
                continue;
            }
            std::vector<std::string> rungs;
            for (const Rung& rung : hook.rungs) {
                rungs.push_back(rung.name());
            }
            hooks.push_back({{"hook", hook.name}, {"rungs", rungs}});
        }
    }
    return hooks;
}

ordered_json exit_json(uint32_t exit) {
    return exit == lang::kMatch     ? ordered_json("match")
           : exit == lang::kNoMatch ? ordered_json("no match")
                                    : ordered_json(exit + 1);
}

ordered_json test_json(const rules::RuleSet& set, const lang::ExplainedTest& test) {
    ordered_json shared = ordered_json::array();
    for (const uint32_t rule : test.shared_with) {
        shared.push_back(set.rule_of(rule).name);
    }
    return {{"test", test.text},
            {"if_true", exit_json(test.if_true)},
            {"if_false", exit_json(test.if_false)},
            {"searched_with", test.searched_with},
            {"shared_with", shared}};
}

ordered_json explained(const rules::RuleSet& set, uint32_t index) {
    const rules::Rule& rule = set.rules()[index];
    ordered_json ways = ordered_json::array();
    for (const lang::ExplainedRule& way : set.program().explain(index)) {
        ordered_json tests = ordered_json::array();
        for (const lang::ExplainedTest& test : way.tests) {
            tests.push_back(test_json(set, test));
        }
        ways.push_back(
            {{"events", event_names(way.events)}, {"waits_for", way.waits_for}, {"tests", tests}});
    }
    ordered_json events = ordered_json::array();
    for (size_t i = 0; i < kEventKinds; ++i) {
        const auto kind = static_cast<EventKind>(i);
        if (set.program().events_of(index).test(i)) {
            events.push_back({{"event", name_of(kind)},
                              {"captured", is_captured(kind)},
                              {"hooks", hooks_of(kind)}});
        }
    }
    return {{"rule", rule.name},
            {"enabled", rule.enabled},
            {"condition", rule.condition},
            {"fields", rule.fields},
            {"events", events},
            {"ways", ways},
            {"tests_in_program", set.program().predicate_count()}};
}

std::string exit_text(const ordered_json& exit) {
    return exit.is_string() ? exit.get<std::string>() : "go to " + exit.dump();
}

void write_events(const ordered_json& events, std::ostream& out) {
    static constexpr size_t kMost = 20;
    if (events.size() > kMost) {
        out << fmt::format("  any of {} events: no evt.type narrows them down\n", events.size());
        return;
    }
    for (const ordered_json& event : events) {
        out << fmt::format("  {:<14}", event["event"].get<std::string>());
        if (!event["captured"].get<bool>()) {
            out << "not captured by this build";
        }
        for (const ordered_json& hook : event["hooks"]) {
            out << (&hook == &event["hooks"].front() ? "from " : "and ")
                << joined(hook["rungs"].get<std::vector<std::string>>(), ", else ") << ' ';
        }
        out << '\n';
    }
}

void write_way(const ordered_json& way, std::ostream& out) {
    out << "\non " << shortened(way["events"].get<std::vector<std::string>>()) << ":\n";
    const auto waits_for = way["waits_for"].get<std::vector<std::string>>();
    if (!waits_for.empty()) {
        out << "  tried only if  " << joined(waits_for, "\n              or ") << '\n';
    }
    if (way["tests"].empty()) {
        out << "  matches at once\n";
    }
    size_t number = 0;
    for (const ordered_json& test : way["tests"]) {
        out << fmt::format("  {:>3}  {}\n       true: {}, false: {}\n", ++number,
                           test["test"].get<std::string>(), exit_text(test["if_true"]),
                           exit_text(test["if_false"]));
        if (const size_t together = test["searched_with"].get<size_t>(); together > 1) {
            out << fmt::format("       searched in one pass with {} literals\n", together);
        }
        if (!test["shared_with"].empty()) {
            out << "       shared with "
                << shortened(test["shared_with"].get<std::vector<std::string>>()) << '\n';
        }
    }
}

void write_text(const ordered_json& rule, std::ostream& out) {
    out << rule["rule"].get<std::string>() << '\n'
        << (rule["enabled"].get<bool>() ? "" : "disabled: it is not part of the program\n")
        << "\ncondition after expansion:\n  " << rule["condition"].get<std::string>()
        << "\n\nevents and their hooks, best first:\n";
    write_events(rule["events"], out);
    for (const ordered_json& way : rule["ways"]) {
        write_way(way, out);
    }
}

/// Says that something is wrong, in the form asked for.
int refuse(const ExplainOptions& options, const std::vector<Diagnostic>& findings, size_t rules,
           std::ostream& out) {
    if (options.json) {
        write_findings_json(findings, rules, out);
    } else {
        std::cerr << describe(findings);
    }
    return kRulesOrConfigWrong;
}

Diagnostic no_such_rule(const rules::RuleSet& set, const std::string& name) {
    std::vector<std::string_view> names;
    for (const rules::Rule& rule : set.rules()) {
        names.push_back(rule.name);
    }
    const std::string_view near = nearest(name, names);
    Diagnostic found;
    found.code = "NO_SUCH_RULE";
    found.message = "there is no rule '" + name + "'";
    found.hint = near.empty() ? "saker list rules tells them all"
                              : "did you mean '" + std::string(near) + "'?";
    found.where.file = "saker explain";
    return found;
}

}  // namespace

int run_explain(const ExplainOptions& options, std::ostream& out) {
    const rules::Loaded loaded = rules::load_rules(options.rules);
    if (!loaded.ok()) {
        return refuse(options, loaded.diagnostics, loaded.count, out);
    }
    const rules::Rule* rule = loaded.rules->find(options.rule);
    if (rule == nullptr) {
        return refuse(options, {no_such_rule(*loaded.rules, options.rule)}, loaded.count, out);
    }
    const auto index = static_cast<uint32_t>(rule - loaded.rules->rules().data());
    const ordered_json all = explained(*loaded.rules, index);
    if (options.json) {
        out << all.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    } else {
        write_text(all, out);
    }
    return kFine;
}

}  // namespace saker::cli
