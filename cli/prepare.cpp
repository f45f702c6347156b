#include "cli/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "cli/budget.h"
#include "cli/deliveries.h"
#include "cli/file_sums.h"
#include "config/places.h"
#include "engine/base/nearest.h"
#include "engine/rules/loader.h"
#include "outputs/table.h"

namespace saker::cli {
namespace {

void append(std::vector<Diagnostic>& to, std::vector<Diagnostic> more) {
    std::ranges::move(more, std::back_inserter(to));
}

/// One without a name is called what its type is; a second such one in a local place, `file-2`.
void name_outputs(std::vector<config::OutputSetting>& all, std::vector<Diagnostic>& findings) {
    std::vector<std::string> names;
    const auto is_taken = [&](const config::OutputSetting& setting) {
        return std::ranges::find(names, spool_name(setting)) != names.end();
    };
    for (config::OutputSetting& setting : all) {
        const outputs::OutputRow* row = outputs::find_output(setting.type);
        const bool may_be_numbered = setting.name.empty() && row != nullptr && !row->is_remote();
        for (int number = 2; may_be_numbered && is_taken(setting); ++number) {
            setting.name = fmt::format("{}-{}", setting.type, number);
        }
        if (is_taken(setting)) {
            findings.push_back({Severity::error, "CONFIG_OUTPUT",
                                "two outputs are called '" + spool_name(setting) + "'",
                                "give each a `name` of its own", "", setting.where, ""});
        }
        names.push_back(spool_name(setting));
    }
}

/// What the configuration's reader cannot know: which outputs there are.
void check_outputs(const config::Config& config, std::vector<Diagnostic>& findings) {
    for (const config::OutputSetting& setting : config.outputs) {
        if (outputs::find_output(setting.type) == nullptr) {
            std::string hint = "there are";
            for (const outputs::OutputRow& known : outputs::output_table()) {
                hint.append(" ").append(known.name);
            }
            findings.push_back({Severity::error, "CONFIG_OUTPUT",
                                "there is no output of type '" + setting.type + "'", hint, "",
                                setting.where, ""});
            continue;
        }
        for (std::string& mistake : outputs::mistakes_in(setting)) {
            findings.push_back(
                {Severity::error, "CONFIG_OUTPUT", std::move(mistake), "", "", setting.where, ""});
        }
    }
}

void check_fields(const std::vector<std::string>& by, const Where& where,
                  std::vector<Diagnostic>& findings) {
    if (const auto fields = rules::compile_fields(by); !fields) {
        findings.push_back({Severity::error, "CONFIG_THROTTLE", "by: " + fields.error().message,
                            fields.error().hint, "", where, ""});
    }
}

void check_interval(const config::Duration& interval, const Where& where,
                    std::vector<Diagnostic>& findings) {
    constexpr std::chrono::hours kMost{24};
    if (interval.value > kMost) {
        findings.push_back({Severity::error, "CONFIG_THROTTLE",
                            "an interval is a day at most: until it ends nobody is told", "", "",
                            where, ""});
    }
}

/// What the configuration's reader cannot know: which events there are.
void check_budget(const config::BudgetSettings& budget, std::vector<Diagnostic>& findings) {
    std::vector<std::string_view> sheddable;
    for (const EventRow& row : kEventTable) {
        if (may_be_shed(row)) {
            sheddable.push_back(row.name);
        }
    }
    for (const std::string& name : budget.shed) {
        const EventRow* row = find_event_row(name);
        if (row != nullptr && may_be_shed(*row)) {
            continue;
        }
        const std::string_view meant = nearest(name, sheddable);
        findings.push_back(
            {Severity::error, "CONFIG_BUDGET",
             row == nullptr ? "budget.shed: there is no event '" + name + "' of its own"
                            : "budget.shed: '" + name + "' cannot be shed: it is critical",
             meant.empty() || row != nullptr ? "" : fmt::format("did you mean '{}'?", meant), "",
             budget.where, ""});
    }
}

/// What the configuration's reader cannot know: which fields there are.
void check_throttle(const config::ThrottleSettings& throttle, std::vector<Diagnostic>& findings) {
    check_fields(throttle.by, throttle.where, findings);
    check_interval(throttle.interval, throttle.where, findings);
    for (const config::ThrottleChoice& choice : throttle.rules) {
        check_fields(choice.by, choice.where, findings);
        check_interval(choice.interval, choice.where, findings);
        if (choice.rule.empty() == choice.tag.empty()) {
            findings.push_back({Severity::error, "CONFIG_THROTTLE",
                                "an entry of `throttle.rules` is for a `rule` or for a `tag`", "",
                                "", choice.where, ""});
        }
    }
}

std::vector<rules::ThrottleChoice> throttles(const config::ThrottleSettings& throttle) {
    const auto nanoseconds = [](const config::Duration& interval) {
        return static_cast<uint64_t>(std::chrono::nanoseconds(interval.value).count());
    };
    std::vector<rules::ThrottleChoice> choices{
        {"*", "", nanoseconds(throttle.interval), throttle.by}};
    for (const config::ThrottleChoice& choice : throttle.rules) {
        choices.push_back({choice.rule, choice.tag, nanoseconds(choice.interval),
                           choice.by.empty() ? throttle.by : choice.by});
    }
    return choices;
}

rules::LoadOptions load_options(const config::Config& config) {
    rules::LoadOptions options;
    options.minimum = static_cast<rules::Priority>(config.priority);
    for (const config::RuleChoice& choice : config.rules) {
        for (const bool enable : {true, false}) {
            const config::RuleTarget& target = enable ? choice.enable : choice.disable;
            if (!target.rule.empty() || !target.tag.empty()) {
                options.selections.push_back({enable, target.rule, target.tag});
            }
        }
    }
    if (!config.append_output.empty()) {
        options.append_output.clear();
    }
    for (const config::AppendOutput& append : config.append_output) {
        rules::AppendOutput made{
            append.match.rule,      append.match.source, append.match.tags, append.extra_output, {},
            append.suggested_output};
        for (const config::ExtraField& extra : append.extra_fields) {
            made.extra_fields.push_back({extra.name, extra.format});
        }
        options.append_output.push_back(std::move(made));
    }
    options.throttles = throttles(config.throttle);
    return options;
}

static_assert(static_cast<int>(config::Urgency::emergency) ==
              static_cast<int>(rules::Priority::emergency));
static_assert(static_cast<int>(config::Urgency::debug) == static_cast<int>(rules::Priority::debug));

}  // namespace

bool has_errors(const std::vector<Diagnostic>& findings) {
    return std::ranges::any_of(
        findings, [](const Diagnostic& found) { return found.severity == Severity::error; });
}

PipelineOptions pipeline_options(const config::Config& config, std::string boot_id) {
    return {std::move(boot_id),
            config.rule_matching == config::Matching::first,
            config.labels,
            redaction_of(config),
            uint64_t{config.containers.wait_milliseconds} * 1'000'000,
            size_t{config.containers.held_megabytes} << 20U,
            config.throttle.keys};
}

std::vector<Diagnostic> idle_throttles(const config::ThrottleSettings& throttle,
                                       const rules::RuleSet& rules) {
    std::vector<Diagnostic> findings;
    for (const config::ThrottleChoice& row : throttle.rules) {
        const rules::ThrottleChoice choice{row.rule, row.tag, 0, {}};
        const bool is_idle = std::ranges::none_of(
            rules.rules(), [&](const rules::Rule& rule) { return rules::selects(choice, rule); });
        if (is_idle) {
            const std::string about =
                row.rule.empty() ? "has the tag '" + row.tag + "'" : "is called '" + row.rule + "'";
            findings.push_back({Severity::warning, "CONFIG_THROTTLE",
                                "no rule " + about + ": this throttles nothing", "", "", row.where,
                                ""});
        }
    }
    return findings;
}

std::vector<std::string> rule_files(const config::Config& config) {
    return config.rules_files.empty() ? config::shipped_rules() : config.rules_files;
}

Prepared read_configuration(const config::Sources& sources) {
    config::Reading reading = config::read(sources);
    Prepared prepared;
    prepared.config = std::move(reading.config);
    prepared.files = std::move(reading.files);
    prepared.findings = std::move(reading.findings);
    check_outputs(prepared.config, prepared.findings);
    name_outputs(prepared.config.outputs, prepared.findings);
    check_throttle(prepared.config.throttle, prepared.findings);
    check_budget(prepared.config.budget, prepared.findings);
    return prepared;
}

Prepared prepare(const config::Sources& sources, const std::vector<std::string>& rules) {
    Prepared prepared = read_configuration(sources);
    for (Diagnostic& found : prepared.findings) {
        if (found.code == config::kWritableByOthers) {
            found.severity = Severity::error;
        }
    }
    const std::vector<std::string> paths = rules.empty() ? rule_files(prepared.config) : rules;
    if (paths.empty()) {
        prepared.findings.push_back({Severity::error, "CONFIG_NO_RULES",
                                     "no rules are configured, nor any shipped with this binary",
                                     "name some with -r PATH", "", Where{}, ""});
    }
    append(prepared.findings, rules::find_writable_by_others(paths, Severity::error));
    std::ranges::copy(paths, std::back_inserter(prepared.files));
    prepared.sums = sums_of(paths);
    rules::LoadOptions options = load_options(prepared.config);
    if (has_errors(prepared.findings)) {
        options.throttles.clear();  // a mistake in them was said, with its place
    }
    rules::Loaded loaded = rules::load_rules(paths, options);
    append(prepared.findings, std::move(loaded.diagnostics));
    if (!has_errors(prepared.findings)) {
        append(prepared.findings, idle_throttles(prepared.config.throttle, *loaded.rules));
        prepared.rules = std::move(loaded.rules);
    }
    return prepared;
}

RedactorOptions redaction_of(const config::Config& config) {
    return {config.redact_secrets, config.redact_names};
}

}  // namespace saker::cli
