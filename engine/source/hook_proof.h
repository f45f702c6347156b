// Whether hooks just attached tell of our own acts.
#pragma once

#include "engine/source/canary.h"
#include "engine/source/canary_watch.h"
#include "engine/source/hook_ladder.h"
#include "engine/source/probe_object.h"

namespace saker {

class HookProof {
  public:
    HookProof(const EventSet& wanted, const HookTrial& trial) : wanted_(wanted), trial_(trial) {}

    /// Acts once for every hook of the ladder; the records come back through the rings.
    void act(ProbeObject& object, const HookLadder& ladder);

    /// Notes whether the hook was proven by what came back. False for a silent one, unless nothing
    /// below it holds: better silent than not there. Of an act we are not permitted no hook is
    /// known to be silent.
    bool judge(HookLadder::Standing& standing, const CanaryWatch& watch) const;

  private:
    bool holds_below(const HookLadder::Standing& standing) const;

    const EventSet& wanted_;
    const HookTrial& trial_;
    Undone undone_;
};

}  // namespace saker
