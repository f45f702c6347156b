#include "engine/pipeline.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "engine/context_reader.h"

namespace saker {
namespace {

constexpr int kAnswerWait = 5;  // ms; how late an awaited answer may be noticed

uint64_t nanoseconds_since(std::chrono::steady_clock::time_point then) {
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                     std::chrono::steady_clock::now() - then)
                                     .count());
}

/// Never below zero: what turned up late may have been told as lost already.
void adjust(uint64_t& count, int64_t by) {
    count = by < 0 && count == 0 ? 0 : count + static_cast<uint64_t>(by);
}

/// Something only the runtime of a container can tell, perhaps late.
bool is_from_runtime(std::string_view field) {
    lang::FieldArgument rest;
    const lang::Field* row = lang::find_field(field.substr(0, field.find('[')), rest);
    return row && row->flags.from_runtime;
}

bool shows_runtime(const rules::Template& text) {
    return std::ranges::any_of(text.fields(),
                               [](const auto& field) { return is_from_runtime(field.name); });
}

bool shows_runtime(const rules::Rule& rule) {
    const auto named = [](const rules::NamedTemplate& extra) { return shows_runtime(extra.value); };
    return shows_runtime(rule.message) || std::ranges::any_of(rule.extra_fields, named) ||
           (rule.throttling.interval != 0 && std::ranges::any_of(rule.throttling.by, named));
}

}  // namespace

Pipeline::Pipeline(Source& source, State& state, const rules::RuleSet& rules,
                   PipelineOptions options, AlertSink deliver)
    : source_(source),
      state_(state),
      rules_(&rules),
      options_(std::move(options)),
      deliver_(std::move(deliver)),
      match_state_(rules.program().new_state()),
      held_(options_.held_bytes),
      alerts_(options_.boot_id, options_.labels, options_.redaction),
      throttle_(options_.throttle_keys) {
    adopt_rules();
}

void Pipeline::adopt_rules() {
    rule_work_.assign(rules_->rules().size(), {});
    asks_runtime_.clear();
    shows_runtime_.clear();
    for (uint32_t index = 0; index < rules_->rules().size(); ++index) {
        asks_runtime_.push_back(
            std::ranges::any_of(rules_->program().fields_of(index), is_from_runtime));
        shows_runtime_.push_back(shows_runtime(rules_->rule_of(index)));
    }
}

Result<size_t> Pipeline::poll(int wait_ms) {
    const uint64_t before = boottime_now();
    const bool waits_for_answers = !held_.empty();
    Result<size_t> polled =
        source_.poll(*this, waits_for_answers ? std::min(wait_ms, kAnswerWait) : wait_ms);
    if (waits_for_answers && state_.host().is_live) {
        settle_overdue(before);
    }
    if (state_.host().is_live) {
        tell_held_back(before);
    }
    if (polled && *polled == 0 && state_.host().is_live) {
        state_.bulk_has_passed(before - kSlowestProbe);
    }
    return polled;
}

void Pipeline::replace(const rules::RuleSet& rules, PipelineOptions options) {
    finish();
    rules_ = &rules;
    options_ = std::move(options);
    match_state_ = rules.program().new_state();
    adopt_rules();
    alerts_ = AlertMaker(options_.boot_id, options_.labels, options_.redaction);
    throttle_ = Throttle(options_.throttle_keys);
}

void Pipeline::take(std::span<const std::byte> record) {
    const std::optional<Event> event = Event::parse(record);
    if (!event) {
        ++stats_.malformed;
        ++unsaid_.malformed;
        return;
    }
    note_loss(event->header());
    if (event->has(RECORD_CANARY)) {
        ++stats_.canaries;
        source_.take_canary(record);
        return;
    }
    if (!held_.empty()) {
        settle_overdue(event->header().time);
    }
    tell_held_back(event->header().time);
    drain_births(*event);
    judge({*event, state_.observe(*event), state_}, record);
    if (const auto* answer = event->as<container_facts_event>()) {
        settle(std::string(event->text(answer->container)));
    }
}

void Pipeline::tell(InternalNotice notice) {
    ++stats_.alerts;
    deliver_(
        alerts_.make_internal(state_.host(), state_.wall_time(boottime_now()), std::move(notice)));
}

void Pipeline::note_loss(const event_header& header) {
    if ((header.flags & RECORD_SNAPSHOT) != 0) {
        return;  // not of a ring: it has no number
    }
    const int64_t missing = sequences_.observe(header);
    if (missing != 0) {
        const bool is_critical = header.lane == LANE_critical;
        adjust(is_critical ? stats_.lost_critical : stats_.lost_bulk, missing);
        adjust(is_critical ? unsaid_.critical : unsaid_.bulk, missing);
    }
}

/// Who did this may have been born in the critical lane after we last looked there.
void Pipeline::drain_births(const Event& event) {
    if (event.header().lane != LANE_bulk || is_draining_ || state_.knows(event)) {
        return;
    }
    is_draining_ = true;
    source_.poll_critical(*this);
    is_draining_ = false;
}

void Pipeline::judge(const Context& context, std::span<const std::byte> record) {
    if (context.event.has(RECORD_SNAPSHOT) || context.event.row().is_internal()) {
        return;
    }
    ++stats_.events;
    talkers_.count(context.event.header());
    const uint64_t earlier = stats_.by_event[context.event.id()]++;
    state_.has_asked_in_vain();
    if (earlier % kMeasuredEach == 0) {
        match_measured(context);
    } else {
        match(context);
    }
    const bool undecided = state_.has_asked_in_vain();
    if (undecided || !matching_.empty()) {
        hold_or_tell(context, record, undecided);
    }
}

/// Counted by type: were every 64th of all measured, a program that does the same again and again
/// could hide what it costs.
void Pipeline::match_measured(const Context& context) {
    const auto begin = std::chrono::steady_clock::now();
    match(context);
    JudgeTime& time = stats_.judging[context.event.id()];
    time.nanoseconds += nanoseconds_since(begin);
    ++time.measured;
}

void Pipeline::match(const Context& context) {
    ContextReader reader(context);
    matching_.clear();
    if (options_.first_rule_only) {
        const auto first =
            rules_->program().match_first(context.event.kind(), reader, match_state_);
        if (first) {
            matching_.push_back(*first);
        }
    } else {
        rules_->program().match(context.event.kind(), reader, match_state_, matching_);
    }
}

/// Rules that do not ask for what is awaited are told at once; of those that do none is.
void Pipeline::hold_or_tell(const Context& context, std::span<const std::byte> record,
                            bool undecided) {
    const bool is_awaited = undecided || state_.awaits_container_facts(context.event);
    HeldEvent held;
    held.is_undecided = undecided;
    for (const uint32_t index : matching_) {
        if (undecided && (asks_runtime_[index] || options_.first_rule_only)) {
            continue;
        }
        if (is_awaited && shows_runtime_[index]) {
            held.matching.push_back(index);
        } else {
            raise(context, index, false);
        }
    }
    if (!undecided && held.matching.empty()) {
        return;
    }
    ++stats_.held;
    held.record.assign(record.begin(), record.end());
    held.process = &context.process;
    held.moment = state_.moment();
    held.deadline = context.event.header().time + options_.container_wait;
    state_.hold(context.process);
    held_.add(state_.container(context.event).full_id, std::move(held));
}

void Pipeline::raise(const Context& context, uint32_t rule, bool gave_up) {
    const auto begin = std::chrono::steady_clock::now();
    make_alert(context, rule, gave_up);
    rule_work_[rule].nanoseconds += nanoseconds_since(begin);
    ++rule_work_[rule].matches;
}

void Pipeline::make_alert(const Context& context, uint32_t rule, bool gave_up) {
    const rules::Rule& judged = rules_->rule_of(rule);
    const bool is_throttled = judged.throttling.interval != 0;
    if (is_throttled && throttle_.holds_back(context, rule, judged.throttling)) {
        ++stats_.throttled;
        return;
    }
    ++stats_.alerts;
    Alert alert = alerts_.make(context, judged, std::exchange(unsaid_, {}));
    alert.gave_up_container = gave_up;
    if (is_throttled &&
        !throttle_.begin(context, alert.id, alerts_.read(context, judged.throttling.by))) {
        ++stats_.throttle_full;
    }
    deliver_(std::move(alert));
}

void Pipeline::tell_held_back(uint64_t now) {
    while (const std::optional<HeldBack> held = throttle_.take_due(now)) {
        ++stats_.alerts;
        ++stats_.summaries;
        deliver_(alerts_.make_summary(state_, rules_->rule_of(held->rule), *held,
                                      std::exchange(unsaid_, {})));
    }
}

void Pipeline::settle(const std::string& container) {
    while (std::optional<HeldEvent> held = held_.take(container)) {
        judge_held(*std::move(held), false);
    }
}

void Pipeline::settle_overdue(uint64_t now) {
    while (std::optional<HeldEvent> held = held_.take_overdue(now)) {
        judge_held(*std::move(held), true);
    }
}

uint64_t Pipeline::judged_through(uint64_t read_through) const {
    return held_.empty() ? read_through
                         : std::min(read_through, held_.first_deadline() - options_.container_wait);
}

void Pipeline::finish() {
    settle_overdue(UINT64_MAX);
    tell_held_back(UINT64_MAX);
}

void Pipeline::judge_held(HeldEvent held, bool gave_up) {
    const std::optional<Event> event = Event::parse(held.record);
    if (!event) {
        return;  // it was one when it was held
    }
    stats_.gave_up += gave_up;
    const EventMoment present = state_.exchange_moment(held.moment);
    const Context context{*event, *held.process, state_};
    if (held.is_undecided) {
        match(context);
        for (const uint32_t index : matching_) {
            if (asks_runtime_[index] || options_.first_rule_only) {
                held.matching.push_back(index);
            }
        }
        std::ranges::sort(held.matching);
    }
    for (const uint32_t index : held.matching) {
        raise(context, index, gave_up);
    }
    state_.exchange_moment(present);
    state_.let_go(*held.process);
}

}  // namespace saker
