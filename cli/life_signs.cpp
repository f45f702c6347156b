#include "cli/life_signs.h"

#include <algorithm>

namespace saker::cli {

LifeSigns::LifeSigns(Heartbeat heartbeat, const KernelSource& source)
    : heartbeat_(std::move(heartbeat)),
      source_(source),
      proven_(boottime_now()),
      proven_wall_(boot_time_now() + proven_) {}

std::optional<InternalNotice> LifeSigns::gap() const {
    return heartbeat_.earlier() ? std::optional(describe_gap(*heartbeat_.earlier(), proven_wall_))
                                : std::nullopt;
}

std::optional<BlindTime> LifeSigns::blind() const {
    return heartbeat_.earlier() ? std::optional(blind_time(*heartbeat_.earlier(), proven_wall_))
                                : std::nullopt;
}

/// Should this run end before outputs have the gap, the next tells of one that holds both.
Result<void> LifeSigns::begin() {
    Beat beat{Beat::State::running, proven_wall_, 0};
    if (heartbeat_.earlier()) {
        gap_told_ = boot_time_now() + boottime_now();
        beat.time = heartbeat_.earlier()->time;
        beat.held_back = heartbeat_.earlier()->held_back;
    }
    return heartbeat_.commit(beat);
}

void LifeSigns::polled() {
    if (source_.has_read(ends_)) {
        read_through_ = looked_;
        looked_ = boottime_now() - kSlowestProbe;
        ends_ = source_.ends();
    }
}

Result<void> LifeSigns::beat(const Pipeline& pipeline, const State& state,
                             const Deliveries& deliveries) {
    const uint64_t oldest = deliveries.oldest_unsettled();
    if (oldest <= gap_told_) {
        return {};
    }
    gap_told_ = 0;
    const uint64_t judged = pipeline.judged_through(read_through_);
    if (judged < proven_) {
        return {};
    }
    return heartbeat_.write(
        {Beat::State::running, std::min(state.wall_time(judged), oldest), pipeline.held_back()});
}

Result<void> LifeSigns::end(const State& state) {
    return heartbeat_.commit(
        {Beat::State::stopped, state.wall_time(std::max(read_through_, proven_)), 0});
}

}  // namespace saker::cli
