#include "engine/rules/rule_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "engine/lang/field.h"
#include "engine/rules/codes.h"
#include "engine/rules/exceptions.h"
#include "engine/rules/field_uses.h"

namespace saker::rules {
namespace {

constexpr std::string_view kContainerInfo = "%container.info";

/// A rule on execve is about programs that started, unless it asks how the call ended.
constexpr std::string_view kStartedPrograms =
    "not (evt.type in (execve, execveat) and evt.failed = true)";
constexpr auto kResultFields =
    std::to_array<std::string_view>({"evt.res", "evt.rawres", "evt.failed"});

std::string trimmed(const std::string& text) {
    static constexpr const char* kBlanks = " \t\n\r\f\v";
    const size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// `container_name=%container.name`: what outputs end with unless the configuration says otherwise.
const std::string& suggested_output() {
    static const std::string text = [] {
        std::string all;
        for (const lang::Field* field : lang::all_fields()) {
            if (field->flags.suggested) {
                std::string label(field->name);
                std::ranges::replace(label, '.', '_');
                all += fmt::format(" {}=%{}", label, field->name);
            }
        }
        return all;
    }();
    return text;
}

bool applies(const AppendOutput& append, const Rule& rule) {
    const auto has_tag = [&](const std::string& tag) {
        return std::ranges::find(rule.tags, tag) != rule.tags.end();
    };
    return (append.rule.empty() || append.rule == rule.name) &&
           (append.source.empty() || append.source == rule.source) &&
           std::ranges::all_of(append.tags, has_tag);
}

}  // namespace

RuleMaker::RuleMaker(Expander& expander, Report& report, const LoadOptions& options)
    : expander_(expander), report_(report), options_(options) {
    Result<lang::Expr> parsed = lang::parse_condition(kStartedPrograms);
    started_programs_ = std::move(*parsed);
}

std::optional<Rule> RuleMaker::make(const RuleItem& item) {
    const std::string name = item_name("rule", item.name);
    if (is_left_out(item, name)) {
        return std::nullopt;
    }
    Rule rule;
    rule.name = item.name.value;
    rule.description = joined(item.description);
    rule.priority = *item.priority;
    rule.source = item.source_name();
    rule.tags = item.tags.value_or(std::vector<std::string>{});
    std::ranges::sort(rule.tags);
    rule.tags.erase(std::unique(rule.tags.begin(), rule.tags.end()), rule.tags.end());
    rule.enabled = item.enabled.value_or(true);
    rule.capture = item.capture.value_or(false);
    rule.capture_duration_ms = item.capture_duration_ms.value_or(0);
    rule.where = report_.file(item.name.place.file).where(item.name.place.offset);
    if (rule.capture || rule.capture_duration_ms > 0) {
        report_.warning(
            {codes::kCaptureIgnored,
             "'capture' does nothing yet: recording around an alert does not exist", "", name},
            item.name.place);
    }
    const Outcome judged = make_condition(item, name, rule);
    // A rule for fields we do not have may name them in its output too.
    const bool told = judged != Outcome::skipped && make_message(item, name, rule);
    return judged == Outcome::made && told ? std::optional(std::move(rule)) : std::nullopt;
}

void RuleMaker::examine(const RuleItem& item) {
    const std::string name = item_name("rule", item.name);
    if (item.source_name() != "syscall") {
        expander_.note_uses(item.condition);
        return;
    }
    Rule unused;
    const Outcome judged =
        item.condition.empty() ? Outcome::made : make_condition(item, name, unused);
    if (judged != Outcome::skipped && !item.output.empty()) {
        make_message(item, name, unused);
    }
}

bool RuleMaker::is_left_out(const RuleItem& item, const std::string& name) {
    if (item.source_name() != "syscall") {
        report_.warning(
            {codes::kUnknownSource, "Unknown source " + item.source_name() + ", skipping",
             "only rules for the source 'syscall' are loaded", name},
            item.source ? item.source->place : item.name.place);
    } else if (*item.priority <= options_.minimum) {
        return false;
    }
    expander_.note_uses(item.condition);
    return true;
}

RuleMaker::Outcome RuleMaker::make_condition(const RuleItem& item, const std::string& name,
                                             Rule& rule) {
    std::optional<lang::Expr> written = expander_.condition(item.condition, name);
    bool sound = written.has_value();
    auto exceptions =
        expressions_of(item.exceptions.value_or(std::vector<ExceptionItem>{}), name, report_);
    const bool excepts = exceptions.has_value();
    if (!excepts) {
        exceptions.emplace();
    }
    for (lang::Expr& exception : *exceptions) {
        sound = expander_.expand(exception, name) && sound;
    }
    if (!sound) {
        return Outcome::wrong;
    }
    lang::Expr whole = std::move(*written);
    if (!exceptions->empty()) {
        lang::All all;
        const lang::Span span = whole.span;
        all.terms.push_back(std::move(whole));
        std::ranges::move(*exceptions, std::back_inserter(all.terms));
        whole = lang::Expr{std::move(all), span};
    }
    lang::Checked checked = lang::check(whole);
    const Outcome outcome = report_mistakes(item, name, std::move(checked.mistakes));
    if (outcome != Outcome::made || !checked.condition || !excepts) {
        return excepts ? outcome : Outcome::wrong;
    }
    rule.condition = lang::to_text(whole);
    rule.test = std::move(checked.condition);
    std::set<std::string> fields;
    bool names_result = false;
    each_field(*rule.test, [&](const lang::FieldUse& use) {
        fields.insert(use.key);
        names_result = names_result ||
                       std::ranges::find(kResultFields, use.field->name) != kResultFields.end();
    });
    rule.fields.assign(fields.begin(), fields.end());
    if (!names_result) {
        lang::AllOf both;
        both.terms.push_back(std::move(*rule.test));
        both.terms.push_back(std::move(*lang::check(started_programs_).condition));
        *rule.test = lang::Condition{std::move(both)};
    }
    return Outcome::made;
}

RuleMaker::Outcome RuleMaker::report_mistakes(const RuleItem& item, const std::string& name,
                                              std::vector<lang::Mistake> mistakes) {
    bool wrong = false;
    bool skipped = false;
    for (lang::Mistake& mistake : mistakes) {
        const Place place = report_.place_of(mistake.span);
        const std::string owner = report_.item_of(mistake.span);
        Finding finding{std::move(mistake.code), std::move(mistake.message),
                        std::move(mistake.hint), owner.empty() ? name : owner};
        if (mistake.warning) {
            report_.warning(std::move(finding), place);
            continue;
        }
        const bool unknown = finding.code == codes::kUnknownFilter;
        if (unknown && item.skip_if_unknown_filter.value_or(false)) {
            skipped = true;
            finding.item = name;
            finding.message += "; the rule is skipped";
            report_.warning(std::move(finding), place);
            continue;
        }
        if (unknown) {
            finding.code = codes::kCondition;
        }
        wrong = true;
        report_.error(std::move(finding), place);
    }
    return wrong ? Outcome::wrong : skipped ? Outcome::skipped : Outcome::made;
}

bool RuleMaker::make_message(const RuleItem& item, const std::string& name, Rule& rule) {
    const std::string written = joined(item.output);
    rule.output = trimmed(written);
    std::string message = rule.output;
    for (size_t at = message.find(kContainerInfo); at != std::string::npos;
         at = message.find(kContainerInfo, at)) {
        message.erase(at, kContainerInfo.size());
        report_.warning({codes::kDeprecated,
                         "usage of deprecated field 'container.info' has been detected in the "
                         "rule output",
                         "leave it out: the container is told in every output", name},
                        item.output.front().place);
    }
    const Result<Template> output = Template::compile(message);
    if (!output) {
        const uint32_t source = report_.add_text(item.output, name);
        const size_t shift = std::min(written.find_first_not_of(" \t\n\r\f\v"), written.size());
        const auto at =
            static_cast<uint32_t>(shift + std::max(output.error().where.column, 1U) - 1);
        report_.error({codes::kOutput, output.error().message, output.error().hint, name},
                      report_.place_of({at, at, source}));
        return false;
    }
    warn_of_output(item, name, *output);
    return append_outputs(item, name, std::move(message), rule);
}

void RuleMaker::warn_of_output(const RuleItem& item, const std::string& name,
                               const Template& output) {
    for (const Template::NamedField& named : output.fields()) {
        const auto* use = std::get_if<lang::FieldUse>(&named.operand.node);
        if (use != nullptr && use->field->flags.deprecated) {
            report_.warning(
                {codes::kDeprecated,
                 fmt::format("usage of deprecated field '{}' has been detected in the rule output",
                             use->field->name),
                 "", name},
                item.output.front().place);
        }
    }
}

/// Compiles the message with what the configuration adds to this rule.
bool RuleMaker::append_outputs(const RuleItem& item, const std::string& name, std::string message,
                               Rule& rule) {
    const auto refuse = [&](const std::string& what, const Error& error) {
        report_.error(
            {codes::kOutput, "append_output: " + what + ": " + error.message, error.hint, name},
            item.name.place);
        return false;
    };
    bool suggested = false;
    for (const AppendOutput& append : options_.append_output) {
        if (!applies(append, rule)) {
            continue;
        }
        suggested = suggested || append.suggested_output;
        if (!append.extra_output.empty()) {
            message += " " + append.extra_output;
        }
        for (const AppendOutput::Extra& extra : append.extra_fields) {
            const std::string format = extra.format.empty() ? "%" + extra.name : extra.format;
            Result<Template> value = Template::compile(format);
            if (!value) {
                return refuse("extra field '" + extra.name + "'", value.error());
            }
            rule.extra_fields.push_back({extra.name, std::move(*value)});
        }
    }
    if (suggested) {
        message += suggested_output();
    }
    Result<Template> whole = Template::compile(message);
    if (!whole) {
        return refuse("extra output", whole.error());
    }
    rule.message = std::move(*whole);
    return true;
}

}  // namespace saker::rules
