#include "cli/live_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "cli/file_sums.h"
#include "cli/left_spools.h"
#include "cli/log.h"
#include "engine/rules/domain_names.h"

namespace saker::cli {
namespace {

constexpr std::chrono::seconds kPatience{2};  // with outputs, at the end
constexpr int kSecondsBetweenLosses = 10;
constexpr size_t kTalkers = 50;

Host named(Host host, const config::Config& config) {
    if (!config.hostname.empty()) {
        host.name = config.hostname;
    }
    return host;
}

uint64_t seconds_now() {
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count());
}

}  // namespace

LiveRun::LiveRun(const RunOptions& options, Prepared prepared, KernelSource& source,
                 Deliveries deliveries, std::optional<LifeSigns> life)
    : prepared_(std::move(prepared)),
      source_(source),
      deliveries_(std::move(deliveries)),
      containers_(start_lookup(prepared_.config.containers)),
      state_(named(live_host(source), prepared_.config), {.asker = containers_.get()}),
      pipeline_(source, state_, *prepared_.rules, this->options(),
                [this](Alert alert) { deliveries_.offer(std::move(alert)); }),
      reloader_(options, source, prepared_, deliveries_),
      life_(std::move(life)),
      budget_(budget_options(prepared_.config.budget)),
      seconds_since_told_(kSecondsBetweenLosses - 1) {
    if (prepared_.config.watch_files) {
        files_.watch(prepared_.files);
    }
    look_up_names();
    for (const std::string& name : first_names(*names_)) {
        log_warning("no address: " + name + ", which rules compare with, was not found yet");
    }
    look_for_left_spools();
    status_.started = status_.loaded = seconds_now();
    status_.blind = life_ ? life_->blind() : std::nullopt;
    publish();
}

void LiveRun::tell_gap() {
    if (!life_) {
        return;
    }
    if (std::optional<InternalNotice> gap = life_->gap()) {
        log_warning(gap->message);
        tell(std::move(gap));
    }
    if (const Result<void> begun = life_->begin(); !begun) {
        log_error(begun.error().text());
    }
}

PipelineOptions LiveRun::options() const {
    return pipeline_options(prepared_.config, live_facts(state_.host()).boot_id);
}

/// The names the rules of now speak of; what was known of others is forgotten.
void LiveRun::look_up_names() {
    names_ = std::make_unique<DomainNames>(rules::domain_names(*prepared_.rules));
    state_.ask_for_names(*names_);
}

void LiveRun::announce() {
    tell_gap();
    board_.set_ready(true);
    notifier_.ready("watching");
    announce_ready();
}

Result<void> LiveRun::until(Stop& stop) {
    Result<void> ended = run_until(
        stop, [&](int wait_ms) { return poll(stop, wait_ms); }, [this] { every_second(); });
    pipeline_.finish();
    has_ended_well_ = static_cast<bool>(ended);
    board_.set_ready(false);
    notifier_.stopping();
    return ended;
}

Result<size_t> LiveRun::poll(Stop& stop, int wait_ms) {
    if (stop.take_reopening()) {
        deliveries_.reopen();
    }
    if (stop.take_reload()) {
        notifier_.reloading();
        reloader_.request("SIGHUP");
    }
    if (std::optional<Change> change = reloader_.take()) {
        make(*std::move(change));
    }
    for (InternalNotice& news : reloader_.take_news()) {
        ++(news.rule == kReloadFailed ? status_.reloads_failed : status_.reloads);
        notifier_.ready(news.message);
        tell(std::move(news));
    }
    if (containers_) {
        containers_->hand_over(pipeline_);
    }
    Result<size_t> polled = pipeline_.poll(wait_ms);
    board_.progress();
    if (life_ && polled) {
        life_->polled();
    }
    return polled;
}

/// Between two records: the whole change or, had it not been ready, nothing of it.
void LiveRun::make(Change change) {
    for (const RuleMatches& rule : matches()) {
        earlier_work_[rule.rule] = {rule.matches, rule.nanoseconds};
    }
    change.deliveries.take_over(deliveries_);
    std::swap(deliveries_, change.deliveries);
    settle_totals();  // of the reload before: its outputs have ended
    totals_.parting(change.deliveries.each());
    std::swap(prepared_, change.prepared);
    set_log_level(prepared_.config.log_level);
    pipeline_.replace(*prepared_.rules, options());
    look_up_names();
    begin_budget();
    std::vector<HookPart> over = source_.commit(std::move(change.hooks));
    if (prepared_.config.watch_files) {
        files_.watch(prepared_.files);
    }
    status_.loaded = seconds_now();
    reloader_.replaced({std::move(change.prepared), std::move(change.deliveries), std::move(over)});
}

void LiveRun::every_second() {
    state_.set_boot_time(boot_time_now());
    names_->refresh();
    show_life();
    report_failures();
    look_for_changes();
    watch_hooks();
    keep_budget();
    publish();
    tell(losses_.step(source_.losses()));
    const outputs::DeliveryCounts delivered = sum_of(all_outputs());
    const std::string summary = summarise(pipeline_.stats(), loss_of(source_), delivered);
    notifier_.alive(summary);
    const uint64_t lost = pipeline_.stats().lost() + delivered.dropped;
    if (lost > told_lost_ && ++seconds_since_told_ >= kSecondsBetweenLosses) {
        log_warning("losing: " + summary);
        told_lost_ = lost;
        seconds_since_told_ = 0;
    }
}

/// Outputs that a reload replaced may still have alerts that are not delivered.
void LiveRun::show_life() {
    if (!life_ || reloader_.is_working()) {
        return;
    }
    if (const Result<void> beat = life_->beat(pipeline_, state_, deliveries_); !beat) {
        log_warning(beat.error().text());
    }
}

/// A file written in several steps is read once it has been quiet for a second.
void LiveRun::look_for_changes() {
    if (files_.take_change()) {
        files_changed_ = true;
    } else if (files_changed_) {
        files_changed_ = false;
        reloader_.request("a file changed");
    }
}

/// Acts of our own, and what became of them. While a reload proves hooks it has the canary.
void LiveRun::watch_hooks() {
    if (reloader_.is_working()) {
        board_.saw_canary();
        return;
    }
    const bool is_time = ++seconds_since_act_ >= prepared_.config.canary_seconds;
    source_.watch_hooks(is_time || canaries_ == 0);
    seconds_since_act_ = is_time ? 0 : seconds_since_act_;
    if (pipeline_.stats().canaries > canaries_) {
        canaries_ = pipeline_.stats().canaries;
        board_.saw_canary();
    }
    tell_troubles();
}

/// What is shed stays so over a reload, unless that says otherwise.
void LiveRun::begin_budget() {
    const BudgetOptions wanted = budget_options(prepared_.config.budget);
    if (wanted == budget_.options()) {
        return;
    }
    if (!budget_.shed().empty()) {
        log_info("all events are watched again: the budget has changed");
    }
    budget_ = Budget(wanted);
    source_.shed({});
}

void LiveRun::keep_budget() {
    const std::chrono::duration<double> now = std::chrono::steady_clock::now().time_since_epoch();
    const std::optional<BudgetChange> change =
        budget_.step(now.count(), own_cpu_seconds(), pipeline_.stats().by_event);
    if (!change) {
        return;
    }
    source_.shed(budget_.shed_set());
    ++status_.budget_changes;
    InternalNotice notice = describe_change(*change, budget_);
    log_warning(notice.message);
    tell(std::move(notice));
}

/// Whoever reads of trouble learns by which rules was judged.
void LiveRun::tell(std::optional<InternalNotice> notice) {
    if (notice) {
        notice->fields.push_back(sums_field(prepared_.sums));
        pipeline_.tell(*std::move(notice));
    }
}

void LiveRun::tell_troubles() {
    if (source_.troubles() == told_troubles_) {
        return;
    }
    for (const HookTrouble& trouble : source_.troubles()) {
        if (std::ranges::find(told_troubles_, trouble) == told_troubles_.end()) {
            InternalNotice notice = describe_trouble(trouble);
            log_error(notice.message);
            tell(std::move(notice));
        }
    }
    told_troubles_ = source_.troubles();
    if (told_troubles_.empty()) {
        log_info("all hooks tell again");
    }
}

void LiveRun::publish() {
    status_.stats = pipeline_.stats();
    status_.losses = source_.losses();
    status_.hooks = source_.hooks();
    status_.shed_counts = source_.shed_counts();
    status_.shed = budget_.shed_set();
    status_.max_cpu_percent = budget_.options().max_percent;
    status_.programs = source_.costs();
    status_.talkers = pipeline_.take_talkers(kTalkers);
    const auto now = std::chrono::steady_clock::now();
    status_.window = now - std::exchange(status_.taken, now);
    status_.rules = matches();
    status_.canary_late = 3.0 * prepared_.config.canary_seconds + 5;
    status_.troubles = source_.troubles().size();
    status_.ring_waiting = source_.waiting();
    status_.sums = prepared_.sums;
    status_.outputs = all_outputs();
    for (OutputStatus& output : status_.outputs) {
        const outputs::DeliveryCounts& counts = output.counts;
        const uint64_t trouble = counts.dropped + counts.failed + counts.attempts_failed;
        uint64_t& before = earlier_trouble_[output.name];
        output.is_well = trouble <= before;
        before = trouble;
    }
    board_.publish(status_);
}

void LiveRun::settle_totals() {
    if (std::optional<std::vector<OutputStatus>> ended = reloader_.take_ended()) {
        totals_.ended(*std::move(ended));
    }
}

/// All there are and were, with all they counted.
std::vector<OutputStatus> LiveRun::all_outputs() {
    settle_totals();
    return totals_.with(deliveries_.each());
}

void LiveRun::look_for_left_spools() {
    std::vector<OutputStatus> left = left_spools(prepared_.config);
    for (const OutputStatus& spool : left) {
        const outputs::DeliveryCounts& counts = spool.counts;
        const std::string what =
            counts.broken_spools > 0
                ? "the spool was broken and is put aside as *.broken"
                : fmt::format("{} alert{}", counts.spooled, counts.spooled == 1 ? "" : "s");
        log_warning("waiting for an output called '" + spool.name +
                    "', which is not configured: " + what);
    }
    totals_.ended(std::move(left));
}

std::vector<RuleMatches> LiveRun::matches() const {
    std::vector<RuleMatches> all;
    for (uint32_t index = 0; index < pipeline_.rule_work().size(); ++index) {
        const rules::Rule& rule = prepared_.rules->rule_of(index);
        if (!rule.enabled) {
            continue;
        }
        const auto found = earlier_work_.find(rule.name);
        const RuleWork earlier = found == earlier_work_.end() ? RuleWork{} : found->second;
        const RuleWork& work = pipeline_.rule_work()[index];
        all.push_back({rule.name, std::string(name_of(rule.priority)),
                       earlier.matches + work.matches, earlier.nanoseconds + work.nanoseconds});
    }
    return all;
}

void LiveRun::sum_up(bool json) {
    tell(losses_.rest(source_.losses()));
    reloader_.finish();
    deliveries_.finish(kPatience);
    report_failures();
    if (life_ && has_ended_well_) {
        if (const Result<void> ended = life_->end(state_); !ended) {
            log_error(ended.error().text());
        }
    }
    const KernelLoss loss = loss_of(source_);
    const outputs::DeliveryCounts delivered = sum_of(all_outputs());
    if (json) {
        std::cerr << summarise_json(pipeline_.stats(), loss, delivered) << '\n';
    }
    log_info(summarise(pipeline_.stats(), loss, delivered));
}

void LiveRun::report_failures() {
    for (const std::string& error : deliveries_.take_errors()) {
        log_warning("alerts not delivered: " + error);
    }
    for (const std::string& error : take_errors(containers_.get())) {
        log_warning("containers of " + error);
    }
}

}  // namespace saker::cli
