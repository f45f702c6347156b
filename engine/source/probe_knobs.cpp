#include "engine/source/probe_knobs.h"

#include <algorithm>

#include "engine/source/hooks.h"

namespace saker {

namespace {

constexpr uint32_t kMostEnvironment = 4096;
constexpr uint32_t kSocketcall = 102;

bool is_socket_event(event_id event) {
    return event == EVENT_connect || event == EVENT_bind || event == EVENT_listen ||
           event == EVENT_accept || event == EVENT_accept4;
}

}  // namespace

uint8_t program_index(event_id event) {
    return static_cast<uint8_t>(uint32_t{event} + uint32_t{SYSCALL_FIRST_EVENT});
}

void set_numbers(knobs& settings, event_id event) {
    const auto& all = syscall_numbers();
    const auto row = std::ranges::find(all, event, &SyscallNumbers::event);
    if (row == all.end()) {
        return;
    }
    if (row->native >= 0) {
        settings.native[row->native] = program_index(event);
    }
    for (const int number : {row->compat, row->short_compat}) {
        if (number >= 0) {
            settings.compat[number] = program_index(event);
        }
    }
#if defined(__x86_64__)
    if (is_socket_event(event)) {
        settings.compat[kSocketcall] = SYSCALL_SOCKETCALL;
    }
#endif
}

Result<void> fill_knobs(knobs& settings, const KernelOptions& options,
                        const CgroupHierarchy& hierarchy) {
    settings.hierarchy = hierarchy.number;
    settings.arguments_limit = options.arguments_limit;
    settings.environment_limit = options.environment ? kMostEnvironment : 0;
    settings.threads = options.threads;
    for (size_t event = 0; event < EVENT_COUNT; ++event) {
        settings.wanted[event] = options.wanted.test(event);
    }
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
