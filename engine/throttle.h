// Holds back floods: of alerts that are alike the first is told, the others are counted for a
// while.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/scratch.h"
#include "engine/rules/rule_set.h"
#include "engine/state/context.h"

namespace saker {

/// Alerts of a rule that were counted and not told. Times are their events', boottime ns.
struct HeldBack {
    uint32_t rule = 0;
    std::string after;                      // the id of the alert like them that was told
    std::vector<rules::OutputField> alike;  // what they have in common
    uint64_t count = 0;
    uint64_t first = 0;
    uint64_t last = 0;
};

/// Time is that of the events judged, so that a replay holds back the same. Bounded: what it has no
/// room to count is not held back.
class Throttle {
  public:
    explicit Throttle(size_t most_keys) : most_keys_(most_keys) {}

    /// Whether an alert like the one that would be made now was told within the interval; then it
    /// is counted. Due summaries must have been taken.
    bool holds_back(const Context& context, uint32_t rule, const rules::Throttling& throttling);

    /// The alert last asked about is told: from now on its like is held back, for its interval.
    /// False when there is no room.
    bool begin(const Context& context, const std::string& id,
               std::vector<rules::OutputField> alike);

    /// Of intervals that have ended by `now` the next that held something back.
    std::optional<HeldBack> take_due(uint64_t now);

    /// Alerts counted that `take_due` has not given out yet.
    uint64_t held_back() const { return held_back_; }

  private:
    using Floods = std::map<std::string, HeldBack, std::less<>>;

    void make_key(const Context& context, uint32_t rule, const rules::Throttling& throttling);

    size_t most_keys_;
    Floods floods_;
    std::multimap<uint64_t, Floods::iterator> ends_;
    size_t bytes_ = 0;  // of keys
    uint64_t held_back_ = 0;
    std::string key_;  // of the alert last asked about
    uint32_t rule_ = 0;
    uint64_t interval_ = 0;
    Scratch scratch_;
};

}  // namespace saker
