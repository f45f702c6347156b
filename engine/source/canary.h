// Harmless acts of our own, one for each hook: a hook that does not report them does not work.
#pragma once

#include "engine/source/hooks.h"

namespace saker {

/// Does what makes these events happen. Nothing is left behind and nothing of the process is
/// changed: calls are made with arguments the kernel refuses, or that change nothing; a child runs
/// a program of a few bytes that ends at once.
/// Gives back what we were not permitted to do: where a filter of system calls refuses it, no hook
/// in the call sees it.
EventSet act_for(const EventSet& events);

}  // namespace saker
