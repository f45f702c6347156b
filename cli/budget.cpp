#include "cli/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace saker::cli {
namespace {

constexpr double kClearlyLess = 0.8;     // of what is allowed
constexpr double kFewestPerSecond = 10;  // events of a type whose absence would be felt

}  // namespace

const EventRow* find_event_row(std::string_view name) {
    const auto row = std::ranges::find(kEventTable, name, &EventRow::name);
    return row == std::end(kEventTable) ? nullptr : &*row;
}

bool may_be_shed(const EventRow& row) {
    return row.ring == LANE_bulk && !row.is_internal();
}

BudgetOptions budget_options(const config::BudgetSettings& settings) {
    BudgetOptions options{settings.max_cpu.number, {}};
    for (const std::string& name : settings.shed) {
        if (const EventRow* row = find_event_row(name); row != nullptr && may_be_shed(*row)) {
            options.order.push_back(static_cast<event_id>(row - std::data(kEventTable)));
        }
    }
    return options;
}

EventSet Budget::shed_set() const {
    EventSet set;
    for (const event_id event : shed_) {
        set.set(event);
    }
    return set;
}

std::optional<BudgetChange> Budget::step(double now, double cpu_seconds, const Counts& events) {
    if (options_.max_percent == 0) {
        return std::nullopt;
    }
    samples_.push_back({now, cpu_seconds, events});
    while (samples_.size() > 1 && samples_[1].time <= now - kWindow) {
        samples_.pop_front();
    }
    const double measured = now - samples_.front().time;
    if (measured < kWindow) {
        return std::nullopt;
    }
    const double percent = 100 * (cpu_seconds - samples_.front().cpu_seconds) / measured;
    if (percent > options_.max_percent) {
        return shed_next(samples_.back(), percent);
    }
    is_helpless_ = false;
    if (percent < kClearlyLess * options_.max_percent) {
        return take_back(now, percent);
    }
    return std::nullopt;
}

std::optional<BudgetChange> Budget::shed_next(const Sample& now, double percent) {
    const Sample& then = samples_.front();
    for (const event_id event : options_.order) {
        const double rate =
            static_cast<double>(now.events[event] - then.events[event]) / (now.time - then.time);
        if (rate < kFewestPerSecond || std::ranges::find(shed_, event) != shed_.end()) {
            continue;
        }
        const bool is_too_soon = taken_back_at_ > 0 && now.time - taken_back_at_ < 2 * hold_;
        hold_ = is_too_soon ? std::min(2 * hold_, kLongestHold) : kShortestHold;
        changed_at_ = now.time;
        shed_.push_back(event);
        samples_.clear();
        return BudgetChange{BudgetChange::Kind::shed, event, percent};
    }
    if (std::exchange(is_helpless_, true)) {
        return std::nullopt;
    }
    return BudgetChange{BudgetChange::Kind::helpless, EVENT_COUNT, percent};
}

/// Last shed, first back.
std::optional<BudgetChange> Budget::take_back(double now, double percent) {
    if (shed_.empty() || now - changed_at_ < hold_) {
        return std::nullopt;
    }
    const event_id event = shed_.back();
    shed_.pop_back();
    changed_at_ = taken_back_at_ = now;
    samples_.clear();
    return BudgetChange{BudgetChange::Kind::taken_back, event, percent};
}

InternalNotice describe_change(const BudgetChange& change, const Budget& budget) {
    const std::string use = fmt::format("the daemon uses {:.0f} % of a CPU, {} % are allowed",
                                        change.percent, budget.options().max_percent);
    std::string shed;
    for (const event_id event : budget.shed()) {
        shed.append(shed.empty() ? "" : " ").append(kEventTable[event].name);
    }
    InternalNotice notice{"Saker internal: events shed", "", {}};
    switch (change.kind) {
        case BudgetChange::Kind::shed:
            notice.message =
                fmt::format("{} is not watched now: {}", kEventTable[change.event].name, use);
            break;
        case BudgetChange::Kind::taken_back:
            notice.rule = "Saker internal: events watched again";
            notice.priority = rules::Priority::notice;
            notice.message =
                fmt::format("{} is watched again: {}", kEventTable[change.event].name, use);
            break;
        case BudgetChange::Kind::helpless:
            notice.rule = "Saker internal: over budget";
            notice.message = "nothing is left that may be shed: " + use;
            break;
    }
    notice.fields.push_back({"saker.shed", rules::OutputScalar(shed)});
    notice.fields.push_back(
        {"saker.cpu_percent", rules::OutputScalar(static_cast<int64_t>(change.percent))});
    notice.fields.push_back(
        {"saker.max_cpu", rules::OutputScalar(static_cast<int64_t>(budget.options().max_percent))});
    return notice;
}

}  // namespace saker::cli
