// Which rung each wanted hook stands on, and why not on a better one.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/source/hook_trial.h"
#include "engine/source/hooks.h"

namespace saker {

/// What was decided for one hook: `doctor` prints it.
struct HookReport {
    struct Tried {
        std::string rung;
        std::string error;
    };

    std::string hook;
    EventSet events;           // it reports
    std::string chosen;        // empty: no rung held
    bool proven = false;       // it was seen to fire
    bool provable = true;      // there is an act of ours that would show it
    std::vector<Tried> tried;  // the better rungs, and what was wrong with them
    std::string blind_spot;    // what is not seen as things stand; empty: nothing
};

class HookLadder {
  public:
    /// Hooks that report or support one of the wanted events, and those always needed.
    /// `doubts`: rules ask whether an argument was changed meanwhile.
    explicit HookLadder(const EventSet& wanted, bool doubts = false);

    /// The same without hooks that `others` have.
    HookLadder(const EventSet& wanted, const std::vector<const HookLadder*>& others,
               bool doubts = false);

    struct Standing {
        Hook hook;
        size_t at = 0;  // rungs.size(): fell off
        bool proven = false;
        std::vector<HookReport::Tried> tried;

        const Rung* rung() const { return at < hook.rungs.size() ? &hook.rungs[at] : nullptr; }
    };

    /// Climbs down to rungs this kernel takes, for every hook.
    void settle(const HookTrial& trial);

    /// The present rung did not hold; the next is up.
    void step_down(Standing& standing, std::string error);

    /// The same for every hook whose present rung has this program; false: none has.
    bool step_down_from(const std::string& program, const std::string& error);

    std::vector<Standing>& standings() { return standings_; }
    const std::vector<Standing>& standings() const { return standings_; }

    bool has(const std::string& hook) const;

    /// Some hook has a rung to stand on.
    bool has_rungs() const;

    /// Takes out the hooks of these names.
    HookLadder split(const std::set<std::string>& hooks);

    /// Takes the hooks of another ladder in.
    void join(HookLadder other);

    /// Takes out the hooks that no longer serve anything.
    std::vector<Standing> remove_all_but(const EventSet& wanted);

    std::vector<HookReport> report() const;

  private:
    HookLadder() = default;

    std::vector<Standing> standings_;
};

}  // namespace saker
