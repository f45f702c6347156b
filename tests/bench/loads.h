// What the benchmark makes a process do, over and over, and how long each takes.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace saker::bench {

/// One operation and how often a sample repeats it, so that a sample takes some tens of
/// milliseconds.
struct Load {
    const char* name;
    const char* what;
    size_t repeats;
    void (*run)(size_t repeats);
};

std::span<const Load> loads();

/// Makes the files the loads open, below this folder; call once, before any load.
void prepare_loads(const std::string& folder);

/// Opens and closes until the deadline (seconds from now) and says how often.
size_t flood_opens(double seconds);

}  // namespace saker::bench
