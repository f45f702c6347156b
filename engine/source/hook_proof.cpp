#include "engine/source/hook_proof.h"

#include <algorithm>

namespace saker {

void HookProof::act(ProbeObject& object, const HookLadder& ladder) {
    EventSet acts;
    for (const auto& standing : ladder.standings()) {
        if (standing.rung()) {
            const Hook& hook = standing.hook;
            acts |= (hook.events | hook.supports) & (hook.always ? hook.events : wanted_);
        }
    }
    auto& canary = object.shared().canary;
    __atomic_fetch_add(&canary, 1, __ATOMIC_SEQ_CST);
    undone_ = act_for(acts);
    __atomic_fetch_sub(&canary, 1, __ATOMIC_SEQ_CST);
}

bool HookProof::judge(HookLadder::Standing& standing, const CanaryWatch& watch) const {
    if (!standing.rung()) {
        return true;
    }
    standing.proven = watch.proves(standing.hook, wanted_);
    return standing.proven || undone_.concerns(standing.hook) || !standing.hook.has_harmless_act ||
           !holds_below(standing);
}

bool HookProof::holds_below(const HookLadder::Standing& standing) const {
    const auto& rungs = standing.hook.rungs;
    return std::any_of(rungs.begin() + static_cast<ptrdiff_t>(standing.at) + 1, rungs.end(),
                       [&](const Rung& rung) { return bool(trial_.attempt(rung)); });
}

}  // namespace saker
