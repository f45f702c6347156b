// The machine the records come from.
#pragma once

#include <cstdint>
#include <string>

namespace saker {

/// Of the machine whose events these are, which for a recording is not the one we run on.
struct Host {
    std::string name;
    uint64_t boot_time = 0;      // ns since the epoch at boottime 0
    uint32_t pid_namespace = 0;  // of the host's first process; 0: not known
    uint32_t mount_namespace = 0;
    bool is_live = false;     // its /etc, /proc and /sys are here to be asked
    std::string root = "/";   // where its files are; under a container's view, /host
    std::string cgroup_root;  // where the chosen control group hierarchy is mounted; may be empty
};

/// The machine we run on. SAKER_HOSTNAME, else FALCO_HOSTNAME, replaces its name.
Host this_host();

/// Now, by the clock that records carry: ns since boot.
uint64_t boottime_now();

/// Wall-clock time of boottime 0 by the clocks as they stand: moves when somebody sets the clock.
uint64_t boot_time_now();

}  // namespace saker
