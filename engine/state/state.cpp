#include "engine/state/state.h"

namespace saker {

State::State(Host host, StateLimits limits)
    : host_(std::move(host)), processes_(limits.process_bytes), cgroups_(host_), users_(host_) {}

const Process& State::observe(const Event& event) {
    if (const auto* record = event.as<cgroup_event>()) {
        cgroups_.learn(record->id, event.text(record->cgroups));
    } else {
        learn_cgroup(event);
    }
    if (!event.row().is_internal() && !event.has(RECORD_SNAPSHOT)) {
        count(event.header().time);
    }
    return processes_.observe(event);
}

const User* State::user(const Event& event, const Process& process, uint32_t uid) {
    const uint32_t accounts = accounts_namespace(event);
    const User* found = users_.user(accounts, event.header().pid, uid);
    for (const Process* at = process.parent; at && !found && shares_mounts(event, *at);
         at = at->parent) {
        found = users_.user(accounts, at->pid, uid);
    }
    return found;
}

const std::string* State::group(const Event& event, const Process& process, uint32_t gid) {
    const uint32_t accounts = accounts_namespace(event);
    const std::string* found = users_.group(accounts, event.header().pid, gid);
    for (const Process* at = process.parent; at && !found && shares_mounts(event, *at);
         at = at->parent) {
        found = users_.group(accounts, at->pid, gid);
    }
    return found;
}

/// An ancestor whose root shows the same accounts, for when the process itself is gone by now.
bool State::shares_mounts(const Event& event, const Process& ancestor) const {
    return ancestor.is_running() && ancestor.mount_namespace == event.header().mount_namespace &&
           ancestor.mount_namespace != host_.mount_namespace;
}

/// A service of the host may have mounts of its own; its users are the host's all the same.
uint32_t State::accounts_namespace(const Event& event) {
    return container(event).is_host ? host_.mount_namespace : event.header().mount_namespace;
}

/// Of a fork the record tells the child's control group, of an exec the process's own.
void State::learn_cgroup(const Event& event) {
    const Member* path = event.member<"cgroups">();
    if (!path) {
        return;
    }
    const auto of_child = event.number<"child_cgroup">();
    cgroups_.learn(of_child ? static_cast<uint64_t>(*of_child) : event.header().cgroup,
                   event.text(*path));
}

void State::count(uint64_t time) {
    ++event_number_;
    previous_event_time_ = event_number_ == 1 ? time : this_event_time_;
    this_event_time_ = time;
    if (event_number_ == 1) {
        first_event_time_ = time;
    }
}

}  // namespace saker
