#include "outputs/latency.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace saker::outputs {

void Latency::add(uint64_t time, uint64_t now) {
    if (time == 0) {
        return;
    }
    const uint64_t taken = now > time ? now - time : 0;
    const double seconds = static_cast<double>(taken) / 1e9;
    const auto* bound = std::ranges::lower_bound(kLatencyBounds, seconds);
    ++counts[static_cast<size_t>(bound - kLatencyBounds.begin())];
    nanoseconds += taken;
}

void Latency::add(const Latency& other) {
    for (size_t i = 0; i < counts.size(); ++i) {
        counts[i] += other.counts[i];
    }
    nanoseconds += other.nanoseconds;
}

uint64_t Latency::count() const {
    return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

uint64_t wall_clock() {
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count());
}

}  // namespace saker::outputs
