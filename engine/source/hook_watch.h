// Whether the hooks we proved at the start still tell: asked now and then by an act of our own.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/source/canary.h"
#include "engine/source/canary_watch.h"
#include "engine/source/probe_loader.h"

namespace saker {

/// A hook that told of our acts once and does not any more.
struct HookTrouble {
    enum class Kind : uint8_t {
        silent,   // it did not report our act, several times in a row
        removed,  // its link is no link of ours any more: it will not come back
    };

    std::string hook;  // for a link several hooks share, the link's rung
    std::string rung;
    Kind kind;
    int cpu;          // where it was silent; -1: nowhere does it tell
    EventSet events;  // that are not seen now, or not surely

    bool operator==(const HookTrouble&) const = default;
};

/// Acts on one CPU after the other, on the thread by which the probes know us: the main one. What
/// the acts bring is handed in by `take`, from among all records.
class HookWatch {
  public:
    using Parts = std::vector<HookPart*>;

    HookWatch() : seen_(others_) {}

    /// Judges the last act by what came since, looks whether every link is still there and, when
    /// `is_time` or some hook was silent, acts again. What the last act brought must have been read
    /// by now, or the act be dropped: call it about once a second. The first of the parts has the
    /// control page.
    void step(const Parts& parts, const EventSet& wanted, bool is_time);

    void take(std::span<const std::byte> canary);

    /// There was an act that was not judged yet.
    bool awaits_verdict() const { return has_acted_; }

    /// It will not be judged.
    void drop_act() { has_acted_ = false; }

    /// Empty: all is well.
    const std::vector<HookTrouble>& troubles() const { return troubles_; }

    /// Acts that were judged, each on one CPU.
    uint64_t acts() const { return acts_; }

  private:
    void judge(const Parts& parts, const EventSet& wanted);
    void look_at_links(const Parts& parts);
    void forget_gone(const Parts& parts);
    void act(const Parts& parts, const EventSet& wanted);
    void report(HookTrouble trouble);
    void recovered(const std::string& hook);

    std::vector<std::byte> others_;  // what a CanaryWatch keeps of others: nothing comes here
    CanaryWatch seen_;               // since the last act
    Undone undone_;                  // of that act
    bool has_acted_ = false;         // and it was not judged yet
    std::map<std::string, unsigned> silences_;  // in a row, by hook
    std::vector<HookTrouble> troubles_;
    int cpu_ = -1;  // of the last act
    uint64_t acts_ = 0;
};

}  // namespace saker
