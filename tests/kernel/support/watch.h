// A kernel source of one's own, and what it says while actors act.
#pragma once

#include <initializer_list>
#include <memory>

#include "engine/source/kernel_source.h"
#include "tests/kernel/support/actor.h"
#include "tests/kernel/support/story.h"

namespace saker::kernel_tests {

/// What to watch unless a test wants otherwise: every event, of this process's descendants, by the
/// best rungs there are but those that $SAKER_KERNEL_WITHOUT names.
KernelOptions everything();

/// The same of these events alone (and of the life of processes): it loads faster.
KernelOptions only(std::initializer_list<event_id> events);

/// A running source. What was said before a capture is not part of its story.
class Watch {
  public:
    /// Fails the test case when the kernel refuses.
    explicit Watch(const KernelOptions& options = everything());

    KernelSource& source() { return *source_; }

    /// How this event is reported; nothing is in it when nobody was asked to.
    HookReport hook_of(event_id event) const;

    /// Lets the actor go and listens until its end was reported and both lanes are empty. Fails the
    /// test case when its end is not reported in time. For actors in scope only.
    Story follow(Actor& actor);
    Story capture(const Act& act);

    /// Everything that waits in the rings now: for acts whose end is not reported.
    std::vector<Record> drain();

  private:
    std::unique_ptr<KernelSource> source_;
};

}  // namespace saker::kernel_tests
