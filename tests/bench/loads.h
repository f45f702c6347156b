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
    bool is_family = false;  // stands for a family of hooks; measured by rules that want them all
};

/// All of them: those of everyday first.
std::span<const Load> loads();

/// One for each family of hooks; for `loads` alone.
std::span<const Load> family_loads();

/// Ends the process when that is not so.
void must(bool fine, const char* what);

/// Makes the files the loads open, below this folder; call once, before any load.
void prepare_loads(const std::string& folder);

/// Opens and closes until the deadline (seconds from now) and says how often.
size_t flood_opens(double seconds);

}  // namespace saker::bench
