// Gaps in the sequence numbers of a CPU's lane: each missing number is a record that was lost.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "probes/events.h"

namespace saker {

class SequenceWatch {
  public:
    /// Records missing between the last one of this CPU and lane and this one; -1 for one that was
    /// thought missing, since a probe that interrupts another may be first in the ring. Whatever
    /// number comes first is taken as it is.
    int64_t observe(const event_header& header) {
        if (header.cpu >= lanes_.size()) {
            lanes_.resize(header.cpu + 1u);
        }
        Lane& lane = lanes_[header.cpu][header.lane];
        if (!lane.is_known) {
            lane = {header.sequence, header.sequence + 1, true};
            return 0;
        }
        if (header.sequence < lane.next) {
            return header.sequence >= lane.first ? -1 : 0;
        }
        const uint64_t missing = header.sequence - lane.next;
        lane.next = header.sequence + 1;
        return static_cast<int64_t>(missing);
    }

  private:
    struct Lane {
        uint64_t first = 0;
        uint64_t next = 0;
        bool is_known = false;
    };

    std::vector<std::array<Lane, LANE_COUNT>> lanes_;  // by CPU
};

}  // namespace saker
