// Keeps the heartbeat of a live run: how far everything that happened is with the outputs.
#pragma once

#include <cstdint>
#include <optional>

#include "cli/deliveries.h"
#include "cli/heartbeat.h"
#include "engine/pipeline.h"
#include "engine/source/kernel_source.h"
#include "engine/state/state.h"

namespace saker::cli {

/// The engine's thread's. All it is given but the heartbeat is a loan for its life.
class LifeSigns {
  public:
    /// To be made when hooks were proven: from now on nothing is missed.
    LifeSigns(Heartbeat heartbeat, const KernelSource& source);

    /// What the run before left untold, if there was one. To be told at once; until outputs have
    /// it, the heartbeat stays that of the run before.
    std::optional<InternalNotice> gap() const;

    /// The same as a number; nothing when there was no run before.
    std::optional<BlindTime> blind() const;

    /// That this run watches is on disk from here on. After the gap was told.
    Result<void> begin();

    /// After every poll.
    void polled();

    /// About once a second.
    Result<void> beat(const Pipeline& pipeline, const State& state, const Deliveries& deliveries);

    /// The run ends as it should, everything is told.
    Result<void> end(const State& state);

  private:
    Heartbeat heartbeat_;
    const KernelSource& source_;
    const uint64_t proven_;       // boottime ns
    const uint64_t proven_wall_;  // ns since the epoch
    uint64_t gap_told_ = 0;       // the same; 0 once outputs have it, or if there was none
    RingEnds ends_;               // of the rings when they were last looked at
    uint64_t looked_ = 0;         // boottime ns; what happened before is in front of those ends
    uint64_t read_through_ = 0;   // boottime ns; what happened before was read
};

}  // namespace saker::cli
