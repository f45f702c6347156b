#include "cli/watch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <iostream>

#include "cli/diagnostics.h"
#include "cli/exit_code.h"
#include "cli/live.h"
#include "cli/log.h"
#include "engine/base/escape.h"
#include "engine/pipeline.h"
#include "engine/rules/domain_names.h"
#include "outputs/delivery.h"
#include "outputs/table.h"

namespace saker::cli {
namespace {

constexpr size_t kQueue = 65536;
constexpr std::chrono::seconds kPatience{2};  // with a slow reader, at the end

/// What every line is made of, and what JSON shows of an event.
constexpr std::array kFields{
    "evt.type",     "evt.category", "evt.args",  "evt.res",  "evt.rawres",   "evt.failed",
    "evt.via",      "fd.name",      "proc.name", "proc.pid", "proc.ppid",    "proc.pname",
    "proc.exepath", "proc.cmdline", "user.name", "user.uid", "container.id",
};

std::string text_of(const Alert& event, std::string_view field) {
    for (const rules::OutputField& found : event.fields) {
        if (found.name == field) {
            const auto* scalar = std::get_if<rules::OutputScalar>(&found.value);
            const auto* text = scalar ? std::get_if<std::string>(scalar) : nullptr;
            return text ? *text : "";
        }
    }
    return "";
}

bool is_true(const Alert& event, std::string_view field) {
    for (const rules::OutputField& found : event.fields) {
        const auto* scalar = std::get_if<rules::OutputScalar>(&found.value);
        const auto* truth = scalar ? std::get_if<bool>(scalar) : nullptr;
        if (found.name == field && truth) {
            return *truth;
        }
    }
    return false;
}

const char* colour_of(const Alert& event) {
    const std::string category = text_of(event, "evt.category");
    if (is_true(event, "evt.failed")) {
        return "\x1b[31m";
    }
    return category == "process" ? "\x1b[32m"
           : category == "net"   ? "\x1b[36m"
           : category == "user"  ? "\x1b[33m"
                                 : "\x1b[34m";
}

/// `10:22:15.576767 cat(1234) openat fd=3 name=/etc/shadow …`
void format_line(const Alert& event, const outputs::FormatOptions& options, std::string& out) {
    static constexpr size_t kToMicroseconds = 15;
    out += outputs::local_time_of_day(event.time).substr(0, kToMicroseconds);
    out += ' ';
    if (options.colour) {
        out += colour_of(event);
    }
    append_escaped(out, event.message);
    if (options.colour) {
        out += "\x1b[0m";
    }
    out += '\n';
}

void format_object(const Alert& event, const outputs::FormatOptions&, std::string& out) {
    outputs::append_fields(event, false, out);
    out += '\n';
}

Diagnostic as_diagnostic(const std::string& text, const lang::Mistake& mistake) {
    return {mistake.warning ? Severity::warning : Severity::error,
            mistake.code,
            mistake.message,
            mistake.hint,
            "",
            {"condition", 1, mistake.span.begin + 1},
            text};
}

/// The condition as a rule of its own, whose message is the line to print.
Result<rules::Rule> rule_of(const std::string& condition) {
    rules::Rule rule;
    rule.name = "watch";
    rule.condition = condition.empty() ? "evt.num >= 0" : condition;
    const auto parsed = lang::parse_condition(rule.condition);
    if (!parsed) {
        Error error = parsed.error();
        error.where.file = "condition";
        return error;
    }
    lang::Checked checked = lang::check(*parsed);
    std::string mistakes;
    for (const lang::Mistake& mistake : checked.mistakes) {
        mistakes += describe(as_diagnostic(rule.condition, mistake));
    }
    if (!checked.condition) {
        return Error{mistakes};
    }
    rule.test = std::move(checked.condition);
    auto message = rules::Template::compile("%proc.name(%proc.pid) %evt.type %evt.args");
    if (!message) {
        return message.error();
    }
    rule.message = *std::move(message);
    for (const char* field : kFields) {
        auto value = rules::Template::compile(std::string("%") + field);
        if (!value) {
            return value.error();
        }
        rule.extra_fields.push_back({field, *std::move(value)});
    }
    return rule;
}

Result<std::unique_ptr<outputs::Delivery>> open_screen(bool json) {
    outputs::OutputOptions options;
    options.format = json ? format_object : format_line;
    options.format_options.colour = ::isatty(STDOUT_FILENO) != 0;
    auto opened = outputs::find_output("stdout")->open(options);
    if (!opened) {
        return opened.error();
    }
    return std::make_unique<outputs::Delivery>("stdout", std::move(*opened), kQueue);
}

}  // namespace

int run_watch(const WatchOptions& options) {
    Stop stop(options.duration_seconds);
    Result<rules::Rule> rule = rule_of(options.condition);
    if (!rule) {
        std::cerr << rule.error().text() << '\n';
        return kRulesOrConfigWrong;
    }
    std::vector<rules::Rule> all;
    all.push_back(*std::move(rule));
    const rules::RuleSet rules(std::move(all));
    const Result<Scope> scope = Scope::parse(options.scope.empty() ? "host" : options.scope);
    if (!scope) {
        log_error(scope.error().text());
        return kUsage;
    }
    auto screen = open_screen(options.json);
    if (!screen) {
        log_error(screen.error().text());
        return kOutputCannotOpen;
    }
    LiveOptions live{*scope, wanted_events(rules), extras_of(rules)};
    live.asked_twice = asks_for_races(rules);
    const auto source = open_kernel(live);
    if (!source) {
        log_error(source.error().text());
        return exit_code_of(source.error(), kUsage);
    }
    State state(live_host(**source));
    PipelineOptions shown{live_facts(state.host()).boot_id};
    shown.redaction.is_on = !options.show_secrets;
    Pipeline pipeline(**source, state, rules, std::move(shown),
                      [&](Alert event) { (*screen)->offer(std::move(event)); });
    DomainNames names(rules::domain_names(rules));
    state.ask_for_names(names);
    first_names(names);
    stop.start_clock();
    announce_ready();
    bool is_reader_gone = false;
    const Result<void> ended = run_until(
        stop,
        [&](int wait_ms) -> Result<size_t> {
            if (is_reader_gone) {
                return Error{"nobody reads the events any more"};
            }
            return pipeline.poll(wait_ms);
        },
        [&] {
            is_reader_gone = (*screen)->counts().failed > 0;
            names.refresh();
        });
    (*screen)->finish(kPatience);
    log_info(summarise(pipeline.stats(), loss_of(**source), (*screen)->counts()));
    return ended || is_reader_gone ? kFine : kKernelRefuses;
}

}  // namespace saker::cli
