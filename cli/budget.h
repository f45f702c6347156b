// Keeps the daemon within the CPU time it may use, by what it does not watch meanwhile.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "engine/alert_maker.h"
#include "engine/event/event_table.h"
#include "engine/source/kernel_source.h"

namespace saker::cli {

/// The row of this name; null if there is none.
const EventRow* find_event_row(std::string_view name);

/// Events of the critical lane never are: state is built of them.
bool may_be_shed(const EventRow& row);

struct BudgetOptions {
    uint32_t max_percent = 0;     // of one CPU; 0: no limit
    std::vector<event_id> order;  // the least important first

    bool operator==(const BudgetOptions&) const = default;
};

BudgetOptions budget_options(const config::BudgetSettings& settings);

struct BudgetChange {
    enum class Kind : uint8_t { shed, taken_back, helpless };

    Kind kind;
    event_id event;  // not when helpless
    double percent;  // used lately
};

/// Sheds one type of event after the other while more is used than allowed, and takes them back one
/// by one while clearly less is. What has to be shed again soon after stays away twice as long.
class Budget {
  public:
    using Counts = std::array<uint64_t, EVENT_COUNT>;
    static constexpr double kWindow = 5;  // seconds over which use is measured
    static constexpr double kShortestHold = 10;
    static constexpr double kLongestHold = 600;

    explicit Budget(BudgetOptions options) : options_(std::move(options)) {}

    /// Called about once a second with seconds of a steady clock, CPU seconds used, and events
    /// judged, all since some beginning. What changed by it, if anything.
    std::optional<BudgetChange> step(double now, double cpu_seconds, const Counts& events);

    /// In the order shed.
    const std::vector<event_id>& shed() const { return shed_; }
    EventSet shed_set() const;
    const BudgetOptions& options() const { return options_; }

  private:
    struct Sample {
        double time;
        double cpu_seconds;
        Counts events;
    };

    std::optional<BudgetChange> shed_next(const Sample& now, double percent);
    std::optional<BudgetChange> take_back(double now, double percent);

    BudgetOptions options_;
    std::deque<Sample> samples_;  // since the last change, or of the last seconds
    std::vector<event_id> shed_;
    double changed_at_ = 0;
    double taken_back_at_ = 0;
    double hold_ = kShortestHold;  // seconds that something stays shed
    bool is_helpless_ = false;
};

/// As an alert of Saker's own; `shed` is what is shed now.
InternalNotice describe_change(const BudgetChange& change, const Budget& budget);

}  // namespace saker::cli
