#include "cli/test_alert.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "cli/deliveries.h"
#include "cli/exit_code.h"
#include "cli/live.h"
#include "cli/log.h"
#include "cli/prepare.h"
#include "cli/sandbox.h"
#include "engine/base/escape.h"
#include "engine/base/fd.h"

namespace saker::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kRule = "Saker internal: test alert";
constexpr std::chrono::milliseconds kPause{10};  // between looks at what became of it

/// One output, and how far the alert got.
struct Attempt {
    config::OutputSetting setting;
    bool is_kept_back = false;  // its filter would, were this no test
    std::optional<Deliveries> delivery{};
    bool is_taken = false;
    std::string error{};

    const std::string& name() const { return setting.called(); }
};

/// While it lives, whoever opens standard output gets standard error.
class StandardOutputAside {
  public:
    StandardOutputAside() : kept_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) {
        ::dup2(STDERR_FILENO, STDOUT_FILENO);
    }
    ~StandardOutputAside() { ::dup2(kept_.get(), STDOUT_FILENO); }
    StandardOutputAside(const StandardOutputAside&) = delete;
    StandardOutputAside& operator=(const StandardOutputAside&) = delete;

  private:
    const Fd kept_;
};

Alert make_test_alert(const TestAlertOptions& options, const config::Config& config) {
    Host host = this_host();
    if (!config.hostname.empty()) {
        host.name = config.hostname;
    }
    AlertMaker maker(live_facts(host).boot_id, config.labels, redaction_of(config));
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    InternalNotice notice{kRule,
                          "This is a test of Saker's outputs, nothing happened",
                          {{"saker.test", rules::OutputScalar(true)}},
                          *rules::find_priority(options.priority)};
    Alert alert = maker.make_internal(host, static_cast<uint64_t>(now.count()), std::move(notice));
    alert.tags.emplace_back("test");
    return alert;
}

/// As configured, but for what would hold the alert back or get in the way of a running daemon:
/// that one has the spool's lock, and must be the one who rotates its files.
config::OutputSetting as_tested(config::OutputSetting setting) {
    setting.spool = config::SpoolPlace::memory;
    setting.priority = config::Urgency::debug;
    setting.rules.clear();
    setting.tags.clear();
    setting.rotate_size = {};
    setting.rotate_age = {};
    return setting;
}

Attempt begin(const config::Config& config, const config::OutputSetting& setting,
              const Alert& alert) {
    Attempt attempt{setting, !outputs::Filter(setting).lets_through(alert)};
    config::Config alone = config;
    alone.outputs = {as_tested(setting)};
    Result<Deliveries> opened = Deliveries::open(alone, false, outputs::WhenFull::drops);
    if (!opened) {
        attempt.error = opened.error().text();
        return attempt;
    }
    opened->offer(alert);
    attempt.delivery = *std::move(opened);
    return attempt;
}

std::vector<Attempt> begin_all(const TestAlertOptions& options, const config::Config& config,
                               const Alert& alert) {
    std::optional<StandardOutputAside> aside;
    if (options.json) {
        aside.emplace();
    }
    std::vector<Attempt> attempts;
    for (const config::OutputSetting& setting : config.outputs) {
        attempts.push_back(begin(config, setting, alert));
    }
    return attempts;
}

/// Nothing more is to be learned by waiting; a failed attempt is an answer.
bool is_over(const Attempt& attempt) {
    if (!attempt.delivery) {
        return true;
    }
    const outputs::DeliveryCounts counts = sum_of(attempt.delivery->each());
    return counts.delivered + counts.failed + counts.dropped + counts.attempts_failed > 0;
}

void await(std::vector<Attempt>& attempts, std::chrono::seconds patience) {
    const Clock::time_point deadline = Clock::now() + patience;
    while (Clock::now() < deadline && !std::ranges::all_of(attempts, is_over)) {
        std::this_thread::sleep_for(kPause);
    }
    for (Attempt& attempt : attempts) {
        if (!attempt.delivery) {
            continue;
        }
        // What an attempt says when it is given up is no reason.
        const std::vector<std::string> errors = attempt.delivery->take_errors();
        attempt.delivery->finish(std::chrono::milliseconds(0));
        attempt.is_taken = sum_of(attempt.delivery->each()).delivered > 0;
        if (!attempt.is_taken) {
            attempt.error = errors.empty() ? fmt::format("it did not take it within {} seconds",
                                                         patience.count())
                                           : errors.front();
        }
    }
}

void write_text(const Alert& alert, const std::vector<Attempt>& attempts, std::ostream& out) {
    out << fmt::format("test alert {}, rule '{}', priority {}\n", alert.id, alert.rule,
                       alert.priority);
    for (const Attempt& attempt : attempts) {
        std::string line = attempt.name();
        if (line != attempt.setting.type) {
            line += " (" + attempt.setting.type + ")";
        }
        line = fmt::format("  {:<24} {}", line, attempt.is_taken ? "ok" : "error");
        line += attempt.error.empty() ? "" : ": " + attempt.error;
        if (attempt.is_kept_back) {
            line += fmt::format("; sent past its filter, which keeps {} back (priority: {})",
                                alert.priority, config::print(attempt.setting.priority));
        }
        std::string escaped;
        append_escaped(escaped, line);
        out << escaped << '\n';
    }
}

void write_json(const Alert& alert, const std::vector<Attempt>& attempts, bool all_took,
                std::ostream& out) {
    using nlohmann::ordered_json;
    ordered_json report{
        {"ok", all_took}, {"id", alert.id}, {"rule", alert.rule}, {"priority", alert.priority}};
    report["outputs"] = ordered_json::array();
    for (const Attempt& attempt : attempts) {
        report["outputs"].push_back(
            {{"name", attempt.name()},
             {"type", attempt.setting.type},
             {"ok", attempt.is_taken},
             {"error", attempt.error.empty() ? ordered_json() : ordered_json(attempt.error)},
             {"kept_back_by_filter", attempt.is_kept_back}});
    }
    out << report.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace

int run_test_alert(const TestAlertOptions& options, std::ostream& out) {
    const Prepared prepared = read_configuration(options.config);
    log_findings(prepared.findings);
    if (has_errors(prepared.findings)) {
        return kRulesOrConfigWrong;
    }
    const config::Config& config = prepared.config;
    if (config.outputs.empty()) {
        log_error("no outputs are configured: alerts go nowhere");
        return kOutputCannotOpen;
    }
    // What the daemon may not write the test must not write either.
    if (config.sandbox) {
        if (const Result<void> dropped = drop_capabilities(); !dropped) {
            log_warning(dropped.error().text());
        }
    }
    const Alert alert = make_test_alert(options, config);
    std::vector<Attempt> attempts = begin_all(options, config, alert);
    await(attempts, std::chrono::seconds(options.timeout_seconds));
    const bool all_took = std::ranges::all_of(attempts, &Attempt::is_taken);
    if (options.json) {
        write_json(alert, attempts, all_took, out);
    } else {
        write_text(alert, attempts, out);
    }
    return all_took ? kFine : kOutputCannotOpen;
}

}  // namespace saker::cli
