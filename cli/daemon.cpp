// The daemon: the only place that sees every folder.
#include <algorithm>
#include <iostream>

#include "cli/deliveries.h"
#include "cli/diagnostics.h"
#include "cli/exit_code.h"
#include "cli/live.h"
#include "cli/log.h"
#include "cli/prepare.h"
#include "cli/run.h"
#include "engine/pipeline.h"

namespace saker::cli {
namespace {

constexpr std::chrono::seconds kPatience{2};  // with outputs, at the end

Host named(Host host, const config::Config& config) {
    if (!config.hostname.empty()) {
        host.name = config.hostname;
    }
    return host;
}

/// One live run, from opened source to summary.
class Run {
  public:
    Run(const Prepared& prepared, KernelSource& source, Deliveries& deliveries)
        : source_(source),
          deliveries_(deliveries),
          state_(named(live_host(source), prepared.config)),
          pipeline_(
              source, state_, *prepared.rules,
              {live_facts(state_.host()).boot_id,
               prepared.config.rule_matching == config::Matching::first, prepared.config.labels},
              [this](Alert alert) { deliveries_.offer(std::move(alert)); }),
          canary_seconds_(prepared.config.canary_seconds) {}

    Result<void> until(Stop& stop) {
        const auto poll = [&](int wait_ms) {
            if (stop.take_reopening()) {
                deliveries_.reopen();
            }
            return pipeline_.poll(wait_ms);
        };
        return run_until(stop, poll, [this] { every_second(); });
    }

    /// The last words: counters for machines if they asked, then the line for people.
    void sum_up(bool json) {
        deliveries_.finish(kPatience);
        report_failures();
        const KernelLoss loss = loss_of(source_);
        if (json) {
            std::cerr << summarise_json(pipeline_.stats(), loss, deliveries_.counts()) << '\n';
        }
        log_info(summarise(pipeline_.stats(), loss, deliveries_.counts()));
    }

  private:
    void every_second() {
        state_.set_boot_time(boot_time_now());
        report_failures();
        watch_hooks();
        const uint64_t lost = pipeline_.stats().lost() + deliveries_.counts().dropped;
        if (lost > told_lost_ && ++seconds_since_told_ >= kSecondsBetweenLosses) {
            log_warning("losing: " +
                        summarise(pipeline_.stats(), loss_of(source_), deliveries_.counts()));
            told_lost_ = lost;
            seconds_since_told_ = 0;
        }
    }

    void watch_hooks() {
        source_.watch_hooks(++seconds_since_act_ >= canary_seconds_);
        if (seconds_since_act_ >= canary_seconds_) {
            seconds_since_act_ = 0;
        }
        if (source_.troubles() == told_troubles_) {
            return;
        }
        for (const HookTrouble& trouble : source_.troubles()) {
            if (std::ranges::find(told_troubles_, trouble) == told_troubles_.end()) {
                InternalNotice notice = describe_trouble(trouble);
                log_error(notice.message);
                pipeline_.tell(std::move(notice));
            }
        }
        told_troubles_ = source_.troubles();
        if (told_troubles_.empty()) {
            log_info("all hooks tell again");
        }
    }

    void report_failures() {
        for (const std::string& error : deliveries_.take_errors()) {
            log_warning("alerts not delivered: " + error);
        }
    }

    static constexpr int kSecondsBetweenLosses = 10;

    KernelSource& source_;
    Deliveries& deliveries_;
    State state_;
    Pipeline pipeline_;
    uint64_t told_lost_ = 0;
    int seconds_since_told_ = kSecondsBetweenLosses - 1;
    const uint32_t canary_seconds_;
    uint32_t seconds_since_act_ = 0;
    std::vector<HookTrouble> told_troubles_;
};

LiveOptions live_options(const Prepared& prepared, Scope scope) {
    return {std::move(scope),
            prepared.rules->program().wanted_events(),
            reads_environment(*prepared.rules),
            prepared.config.critical_ring_megabytes.number,
            prepared.config.bulk_ring_megabytes.number,
            asks_for_races(*prepared.rules)};
}

}  // namespace

int run_daemon(const RunOptions& options) {
    Stop stop(options.duration_seconds);
    const Prepared prepared = prepare(options.config, options.rules);
    std::cerr << describe(prepared.findings);
    if (!prepared.rules) {
        return kRulesOrConfigWrong;
    }
    const bool scope_is_said = !options.scope.empty();
    const Result<Scope> scope = Scope::parse(scope_is_said ? options.scope : prepared.config.scope);
    if (!scope) {
        log_error(scope.error().text());
        return exit_code_of(scope.error(), scope_is_said ? kUsage : kRulesOrConfigWrong);
    }
    Result<Deliveries> deliveries =
        Deliveries::open(prepared.config, options.json, outputs::WhenFull::drops);
    if (!deliveries) {
        log_error(deliveries.error().text());
        return kOutputCannotOpen;
    }
    const LiveOptions live = live_options(prepared, *scope);
    const Result<std::unique_ptr<KernelSource>> source = open_kernel(live);
    if (!source) {
        log_error(source.error().text());
        return exit_code_of(source.error(), scope_is_said ? kUsage : kKernelRefuses);
    }
    for (const std::string& spot : blind_spots(**source, live.wanted)) {
        log_warning("blind spot: " + spot);
    }
    Run run(prepared, **source, *deliveries);
    stop.start_clock();
    announce_ready();
    const Result<void> ended = run.until(stop);
    run.sum_up(options.json);
    if (!ended) {
        log_error(ended.error().text());
        return kKernelRefuses;
    }
    return kFine;
}

}  // namespace saker::cli
