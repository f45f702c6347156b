#include "engine/pipeline.h"

#include <ctime>
#include <utility>

namespace saker {
namespace {

/// A record's time is read before it enters the ring; nobody takes longer than this in between.
constexpr uint64_t kSlowestProbe = 1'000'000'000;

uint64_t boottime_now() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

/// Never below zero: what turned up late may have been told as lost already.
void adjust(uint64_t& count, int64_t by) {
    count = by < 0 && count == 0 ? 0 : count + static_cast<uint64_t>(by);
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
      matches_(rules.rules().size()),
      alerts_(options_.boot_id, options_.labels) {}

Result<size_t> Pipeline::poll(int wait_ms) {
    const uint64_t before = boottime_now();
    Result<size_t> polled = source_.poll(*this, wait_ms);
    if (polled && *polled == 0 && state_.host().is_live) {
        state_.bulk_has_passed(before - kSlowestProbe);
    }
    return polled;
}

void Pipeline::replace(const rules::RuleSet& rules, PipelineOptions options) {
    rules_ = &rules;
    options_ = std::move(options);
    match_state_ = rules.program().new_state();
    matches_.assign(rules.rules().size(), 0);
    alerts_ = AlertMaker(options_.boot_id, options_.labels);
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
    drain_births(*event);
    judge({*event, state_.observe(*event), state_});
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

void Pipeline::judge(const Context& context) {
    if (context.event.has(RECORD_SNAPSHOT) || context.event.row().is_internal()) {
        return;
    }
    ++stats_.events;
    ++stats_.by_event[context.event.id()];
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
    for (const uint32_t index : matching_) {
        ++stats_.alerts;
        ++matches_[index];
        deliver_(alerts_.make(context, rules_->rule_of(index), std::exchange(unsaid_, {})));
    }
}

}  // namespace saker
