// A process of its own that does the loads, on a core of its own: the one the daemon watches.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "tests/bench/loads.h"

namespace saker::bench {

/// Keeps the calling thread, and what it starts from now on, on one core.
void stay_on_core(int core);

class LoadProcess {
  public:
    explicit LoadProcess(int core);
    ~LoadProcess();
    LoadProcess(const LoadProcess&) = delete;
    LoadProcess& operator=(const LoadProcess&) = delete;

    pid_t pid() const { return pid_; }

    /// Runs a load (an index into loads()) and says the ns each operation took.
    double run(size_t load);

    /// Floods for so long and says how many opens it did.
    uint64_t flood(double seconds);

    /// Begins a flood without waiting; `flooded` waits for it.
    void begin_flood(double seconds);
    uint64_t flooded();

  private:
    pid_t pid_;
    int channel_;
};

}  // namespace saker::bench
