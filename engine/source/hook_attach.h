// Programs into their hooks and out again.
#pragma once

#include "engine/source/hook_ladder.h"
#include "engine/source/probe_object.h"

namespace saker {

/// The program that sorts the ends of all system calls.
inline constexpr const char* kDispatcher = "on_sys_exit";

/// For rungs of every kind but the dispatcher's.
Result<void> attach_rung(ProbeObject& object, const Rung& rung);

/// From now on the dispatcher sends the hook's system calls to its program, or no longer.
void put_into_dispatcher(ProbeObject& object, control& shared, const HookLadder::Standing& standing,
                         bool in);

/// Takes the programs of whatever rung out of their hooks.
void take_out(ProbeObject& object, control& shared, const HookLadder::Standing& standing);

}  // namespace saker
