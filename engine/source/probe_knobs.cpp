#include "engine/source/probe_knobs.h"

#include <algorithm>

#include "engine/event/system_calls.h"
#include "engine/source/call_plans.h"
#include "engine/source/hooks.h"

namespace saker {

namespace {

constexpr uint32_t kMostEnvironment = 4096;
constexpr uint32_t kMostData = 256;
constexpr uint32_t kSocketcall = 102;

bool is_socket_event(event_id event) {
    switch (event) {
#define SOCKETCALL(name, number) case EVENT_##name:
#include "probes/syscalls.def"
        return true;
        default:
            return false;
    }
}

/// Probes read it meanwhile.
void store(uint8_t& place, uint8_t value) {
    __atomic_store_n(&place, value, __ATOMIC_RELAXED);
}

void store_numbers(control& shared, const SystemCall& call, uint8_t program) {
    if (call.native >= 0) {
        store(shared.native[call.native], program);
    }
    for (const int number : {call.compat, call.second_compat}) {
        if (number >= 0) {
            store(shared.compat[number], program);
        }
    }
}

}  // namespace

uint8_t program_index(event_id event) {
    return static_cast<uint8_t>(uint32_t{event} + uint32_t{SYSCALL_FIRST_EVENT});
}

void set_numbers(control& shared, event_id event, bool wanted) {
    for (const SystemCall& call : system_calls()) {
        if (event_of_call(call.kind) == event) {
            store_numbers(shared, call, wanted ? program_index(event) : uint8_t{SYSCALL_NONE});
        }
    }
#if defined(__x86_64__)
    if (is_socket_event(event) && wanted) {
        store(shared.compat[kSocketcall], SYSCALL_SOCKETCALL);  // stays: it sorts by itself
    }
#endif
}

void fill_wanted(control& shared, const EventSet& wanted, const CallSet& calls, Extras extras) {
    __atomic_store_n(&shared.environment_limit, extras.environment ? kMostEnvironment : 0,
                     __ATOMIC_RELAXED);
    __atomic_store_n(&shared.arguments_limit, extras.long_arguments ? ARGUMENTS_LONGEST : 0,
                     __ATOMIC_RELAXED);
    __atomic_store_n(&shared.data_limit, extras.data ? kMostData : 0, __ATOMIC_RELAXED);
    for (size_t event = 0; event < EVENT_COUNT; ++event) {
        store(shared.wanted[event], wanted.test(event) ? 1 : 0);
    }
    const uint8_t none = SYSCALL_NONE;
    const uint8_t others = program_index(EVENT_syscall);
    for (const SystemCall& call : system_calls()) {
        if (!event_of_call(call.kind)) {
            store_numbers(shared, call, calls.test(index_of(call.kind)) ? others : none);
        }
    }
    store(shared.native[SYSCALL_CANARY], wanted.test(EVENT_syscall) ? others : none);
}

Result<void> fill_knobs(knobs& settings, const KernelOptions& options,
                        const CgroupHierarchy& hierarchy) {
    settings.hierarchy = hierarchy.number;
    settings.threads = options.threads;
    settings.asked_twice = options.asked_twice;
    std::ranges::copy(call_plans(), settings.plans);
    switch (options.scope.kind) {
        case Scope::Kind::host:
            settings.scope = SCOPE_host;
            break;
        case Scope::Kind::processes:
            settings.scope = SCOPE_processes;
            break;
        case Scope::Kind::cgroup: {
            settings.scope = SCOPE_cgroup;
            auto held = CgroupHierarchy::holding(options.scope.folder);
            if (!held) {
                return held.error();
            }
            auto id = cgroup_id(options.scope.folder);
            if (!id) {
                return id.error();
            }
            settings.scope_hierarchy = held->number;
            settings.scope_cgroup = *id;
            break;
        }
    }
    return {};
}

}  // namespace saker
