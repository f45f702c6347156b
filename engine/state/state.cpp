#include "engine/state/state.h"

namespace saker {

State::State(Host host, StateOptions options)
    : host_(std::move(host)),
      processes_(options.process_bytes),
      cgroups_(host_),
      containers_(options.asker, options.awaits_container_records),
      users_(host_) {}

const Process& State::observe(const Event& event) {
    if (const auto* answer = event.as<container_facts_event>()) {
        containers_.learn(event.text(answer->container),
                          container_facts_of(event.text(answer->facts)), event.header().time);
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

/// A container is asked about as soon as it is seen: most answers are there before a rule wants
/// them.
void State::learn_cgroup(const Event& event) {
    const auto named = cgroup_named_by(event);
    if (!named) {
        return;
    }
    if (const Container* made = cgroups_.learn(named->id, named->path)) {
        containers_.of(*made, event.header().time);
    }
}

const ContainerTable::Known* State::known_container(const Event& event) {
    const Container& container = cgroups_.container(event.header());
    const bool can_be_asked = !container.is_host && !container.is_unknown;
    return can_be_asked ? &containers_.of(container, event.header().time) : nullptr;
}

const ContainerFacts* State::container_facts(const Event& event) {
    const ContainerTable::Known* known = known_container(event);
    if (!known || known->standing == ContainerTable::Standing::nobody_knows) {
        return nullptr;
    }
    if (known->standing == ContainerTable::Standing::asked) {
        asked_in_vain_ = true;
        return nullptr;
    }
    return &known->facts;
}

bool State::awaits_container_facts(const Event& event) {
    const ContainerTable::Known* known = known_container(event);
    return known && known->standing == ContainerTable::Standing::asked;
}

void State::count(uint64_t time) {
    const bool is_first = moment_.number == 0;
    moment_ = {moment_.number + 1, time, is_first ? time : moment_.time};
    first_event_time_ = is_first ? time : first_event_time_;
}

}  // namespace saker
