// What events taught us: processes, containers, users, and the counters fields show.
#pragma once

#include <cstdint>

#include "engine/base/scratch.h"
#include "engine/event/event.h"
#include "engine/state/cgroup_table.h"
#include "engine/state/host.h"
#include "engine/state/process_table.h"
#include "engine/state/user_table.h"

namespace saker {

struct StateLimits {
    size_t process_bytes = size_t{64} << 20;
};

/// One thread's: the engine's.
class State {
  public:
    explicit State(Host host, StateLimits limits = {});
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    /// Learns from every event, in the order they come, the internal ones too; returns the program
    /// that did it. Valid until the next call.
    const Process& observe(const Event& event);

    /// False: ask the source for its critical lane before `observe`, the birth may be waiting
    /// there.
    bool knows(const Event& event) const { return processes_.knows(event); }

    /// The bulk lane is empty: nothing older than this boottime will come from it.
    void bulk_has_passed(uint64_t boottime) { processes_.bulk_has_passed(boottime); }

    /// The container the event happened in, by the control group its task was in at that moment.
    const Container& container(const Event& event) { return cgroups_.container(event.header()); }

    /// The control group's path the event happened in; empty when it is not known.
    std::string_view cgroup_path(const Event& event) {
        return cgroups_.path(event.header().cgroup);
    }

    /// The account of that id where the event happened: a container's own for a container's
    /// process. Null when there is none.
    const User* user(const Event& event, const Process& process, uint32_t uid);
    const std::string* group(const Event& event, const Process& process, uint32_t gid);

    UserTable& users() { return users_; }
    const ProcessTable& processes() const { return processes_; }
    const CgroupTable& cgroups() const { return cgroups_; }
    const Host& host() const { return host_; }

    /// Somebody set the clock: times shown from now on follow it.
    void set_boot_time(uint64_t boot_time) { host_.boot_time = boot_time; }

    /// Wall-clock time of a boottime, ns since the epoch.
    uint64_t wall_time(uint64_t boottime) const { return host_.boot_time + boottime; }

    uint64_t event_number() const { return event_number_; }
    uint64_t first_event_time() const { return first_event_time_; }
    uint64_t previous_event_time() const { return previous_event_time_; }

  private:
    bool shares_mounts(const Event& event, const Process& ancestor) const;
    void learn_cgroup(const Event& event);
    uint32_t accounts_namespace(const Event& event);
    void count(uint64_t time);

    Host host_;
    ProcessTable processes_;
    CgroupTable cgroups_;
    UserTable users_;
    uint64_t event_number_ = 0;
    uint64_t first_event_time_ = 0;
    uint64_t this_event_time_ = 0;
    uint64_t previous_event_time_ = 0;
};

}  // namespace saker
