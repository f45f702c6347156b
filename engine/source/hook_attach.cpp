#include "engine/source/hook_attach.h"

#include <bpf/bpf.h>

#include "engine/source/probe_knobs.h"

namespace saker {

Result<void> attach_rung(ProbeObject& object, const Rung& rung) {
    auto attached = rung.kind == HookKind::syscall_tracepoint
                        ? object.attach_tracepoint(rung.program, rung.target)
                        : object.attach(rung.program);
    for (const Companion& companion : rung.companions) {
        if (attached && object.is_enabled(companion.program)) {
            attached = object.attach(companion.program);
        }
    }
    return attached;
}

void put_into_dispatcher(ProbeObject& object, control& shared, const HookLadder::Standing& standing,
                         bool in) {
    const int programs = object.map_fd("syscall_programs");
    const int program = object.program_fd(standing.rung()->program);
    for (size_t number = 0; number < EVENT_COUNT; ++number) {
        const auto event = static_cast<event_id>(number);
        if (!standing.hook.events.test(event)) {
            continue;
        }
        const uint32_t index = program_index(event);
        if (in) {
            bpf_map_update_elem(programs, &index, &program, BPF_ANY);
        }
        set_numbers(shared, event, in);
        if (!in) {
            bpf_map_delete_elem(programs, &index);
        }
    }
}

void take_out(ProbeObject& object, control& shared, const HookLadder::Standing& standing) {
    const Rung* rung = standing.rung();
    if (rung == nullptr) {
        return;
    }
    if (rung->kind == HookKind::syscall_dispatcher) {
        put_into_dispatcher(object, shared, standing, false);
        return;
    }
    object.detach(rung->program);
    for (const Companion& companion : rung->companions) {
        object.detach(companion.program);
    }
}

}  // namespace saker
