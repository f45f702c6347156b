// What events taught us: processes, containers, users, and the counters fields show.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "engine/base/scratch.h"
#include "engine/event/event.h"
#include "engine/state/cgroup_table.h"
#include "engine/state/container_table.h"
#include "engine/state/domain_names.h"
#include "engine/state/host.h"
#include "engine/state/live_process.h"
#include "engine/state/process_table.h"
#include "engine/state/user_table.h"

namespace saker {

struct StateOptions {
    size_t process_bytes = size_t{64} << 20;
    ContainerAsker* asker = nullptr;        // a loan; null: nobody tells of containers
    bool awaits_container_records = false;  // somebody asked when these records were made
};

/// Where the counting of events stands: what an event judged later needs of its own moment.
struct EventMoment {
    uint64_t number = 0;
    uint64_t time = 0;
    uint64_t previous_time = 0;
};

/// One thread's: the engine's.
class State {
  public:
    explicit State(Host host, StateOptions options = {});
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

    /// What a runtime says of the event's container; null outside containers, for those nobody
    /// knows, and for those that are asked about just now, which `has_asked_in_vain` then tells.
    const ContainerFacts* container_facts(const Event& event);

    /// The answer about the event's container is still awaited.
    bool awaits_container_facts(const Event& event);

    /// Since this was last asked, facts were wanted that are awaited still.
    bool has_asked_in_vain() { return std::exchange(asked_in_vain_, false); }

    /// The control group's path the event happened in; empty when it is not known.
    std::string_view cgroup_path(const Event& event) {
        return cgroups_.path(event.header().cgroup);
    }

    /// The account of that id where the event happened: a container's own for a container's
    /// process. Null when there is none.
    const User* user(const Event& event, const Process& process, uint32_t uid);
    const std::string* group(const Event& event, const Process& process, uint32_t gid);

    /// What /proc says of the process right now; of events read from a recording, nothing.
    LiveProcess& live_process() { return live_process_; }

    /// Who tells which domain names an address has: a loan; nobody, until then.
    void ask_for_names(const DomainNames& names) { domain_names_ = &names; }

    /// The names, among those rules speak of, that the address has.
    std::span<const std::string> domain_names(const Address& address) const {
        return domain_names_ ? std::span<const std::string>(domain_names_->names_of(address))
                             : std::span<const std::string>();
    }

    UserTable& users() { return users_; }
    const ProcessTable& processes() const { return processes_; }
    const CgroupTable& cgroups() const { return cgroups_; }
    const ContainerTable& containers() const { return containers_; }
    const Host& host() const { return host_; }

    /// Somebody set the clock: times shown from now on follow it.
    void set_boot_time(uint64_t boot_time) { host_.boot_time = boot_time; }

    /// Wall-clock time of a boottime, ns since the epoch.
    uint64_t wall_time(uint64_t boottime) const { return host_.boot_time + boottime; }

    uint64_t event_number() const { return moment_.number; }
    uint64_t first_event_time() const { return first_event_time_; }
    uint64_t previous_event_time() const { return moment_.previous_time; }

    /// For an event judged later than its turn: its moment is put in place, and the present one
    /// handed out to be put back.
    EventMoment exchange_moment(const EventMoment& moment) {
        return std::exchange(moment_, moment);
    }
    const EventMoment& moment() const { return moment_; }

    /// A process of this table stays, with what it has now of ancestors or fewer, until let go.
    void hold(const Process& process) { processes_.hold(process); }
    void let_go(const Process& process) { processes_.let_go(process); }

  private:
    bool shares_mounts(const Event& event, const Process& ancestor) const;
    void learn_cgroup(const Event& event);
    const ContainerTable::Known* known_container(const Event& event);
    uint32_t accounts_namespace(const Event& event);
    void count(uint64_t time);

    Host host_;
    LiveProcess live_process_{host_};
    const DomainNames* domain_names_ = nullptr;
    ProcessTable processes_;
    CgroupTable cgroups_;
    ContainerTable containers_;
    UserTable users_;
    EventMoment moment_;
    uint64_t first_event_time_ = 0;
    bool asked_in_vain_ = false;
};

}  // namespace saker
