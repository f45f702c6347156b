#include "engine/source/canary_intake.h"

#include <utility>

namespace saker {

Result<void> FirstIntake::collect(const ProbeObject& object, CanaryWatch& watch) {
    rings_.clear();
    for (const auto& [ring, size] : {std::pair{"critical_ring", options_.critical_ring},
                                     std::pair{"bulk_ring", options_.bulk_ring}}) {
        auto opened = RingReader::open(object.map_fd(ring), size);
        if (!opened) {
            return opened.error();
        }
        rings_.push_back(*std::move(opened));
    }
    for (RingReader& ring : rings_) {
        ring.read(watch, SIZE_MAX);
    }
    return {};
}

}  // namespace saker
