// Do a thing, hear what the kernel says of it.
#pragma once

#include "tests/kernel/support/actor.h"
#include "tests/kernel/support/story.h"

namespace saker::kernel_tests {

/// Does it in a child and gives back what was said until the child's end. Every event is watched,
/// of this process's descendants only. All captures of a run share one source, for loading the
/// probes takes longer than the acts; a test that wants another makes a Watch of its own.
Story capture(const Act& act);

}  // namespace saker::kernel_tests
