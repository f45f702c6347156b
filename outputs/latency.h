// How long alerts take from the act they tell of to where they are told.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace saker::outputs {

/// What times are sorted by, in seconds.
inline constexpr std::array<double, 17> kLatencyBounds{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};

/// A histogram; whoever owns it guards it.
struct Latency {
    std::array<uint64_t, kLatencyBounds.size() + 1> counts{};  // of each bound alone; last: above
    uint64_t nanoseconds = 0;                                  // of all together

    /// An alert of this time is told now; both in ns since the epoch. Time 0 is not known. A clock
    /// that was set back in between makes it no less than nothing.
    void add(uint64_t time, uint64_t now);
    void add(const Latency& other);
    uint64_t count() const;
};

/// ns since the epoch, as the times of alerts are.
uint64_t wall_clock();

}  // namespace saker::outputs
