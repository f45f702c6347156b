// Gaps in the sequence numbers of a CPU's lane: each missing number is a record that was lost.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "probes/events.h"

namespace saker {

class SequenceWatch {
  public:
    /// Records lost between the last one of this CPU and lane and this one. Whatever number comes
    /// first is taken as it is; one that was seen already says nothing.
    uint64_t observe(const event_header& header) {
        if (header.cpu >= next_.size()) {
            next_.resize(header.cpu + 1u);
        }
        uint64_t& next = next_[header.cpu][header.lane];
        const uint64_t missing = next != 0 && header.sequence >= next ? header.sequence - next : 0;
        if (header.sequence >= next) {
            next = header.sequence + 1;
        }
        return missing;
    }

  private:
    std::vector<std::array<uint64_t, LANE_COUNT>> next_;  // by CPU
};

}  // namespace saker
