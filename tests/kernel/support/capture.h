// Do a thing, hear what the kernel says of it.
#pragma once

#include "engine/source/hook_ladder.h"
#include "tests/kernel/support/actor.h"
#include "tests/kernel/support/story.h"

namespace saker::kernel_tests {

/// Does it in a child and gives back what was said until the child's end. Every event is watched,
/// of this process's descendants only. All captures of a run share one source, for loading the
/// probes takes longer than the acts; a test that wants another makes a Watch of its own.
Story capture(const Act& act);

/// How captures hear of everything, and of one event.
std::vector<HookReport> hooks();
HookReport hook_of(event_id event);

/// True where no rung of that event's hook holds; its report must say so.
bool is_blind(event_id event);

/// True where the rung taken knows nothing of 32-bit calls; its report must say so.
bool is_blind_to_compat_calls(event_id event);

}  // namespace saker::kernel_tests
