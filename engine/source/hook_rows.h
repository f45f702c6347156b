// Words the lists of hooks are written in. Only their own files need it.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "engine/source/hooks.h"
#include "probes/knobs.h"

namespace saker {

inline EventSet events(std::initializer_list<event_id> ids) {
    EventSet set;
    for (const event_id id : ids) {
        set.set(id);
    }
    return set;
}

inline Rung tracepoint(std::string target, std::string program, std::string blind_spot = "") {
    return {HookKind::tp_btf, std::move(target), std::move(program), {}, std::move(blind_spot)};
}

/// The rungs of a place where the kernel asks its security modules.
inline std::vector<Rung> security_rungs(const std::string& hook, const std::string& function) {
    return {{HookKind::lsm, hook, "on_" + hook + "_lsm"},
            {HookKind::fentry, function, "on_" + hook + "_fentry"},
            {HookKind::kprobe, function, "on_" + hook + "_kprobe"}};
}

/// What is asked of the kernel, whoever asks, and what happens to processes and to the kernel
/// itself.
std::vector<Hook> process_hooks();

}  // namespace saker
