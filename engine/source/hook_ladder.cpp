#include "engine/source/hook_ladder.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace saker {

HookLadder::HookLadder(const EventSet& wanted, bool doubts) : HookLadder(wanted, {}, doubts) {}

HookLadder::HookLadder(const EventSet& wanted, const std::vector<const HookLadder*>& others,
                       bool doubts) {
    for (Hook& hook : all_hooks()) {
        const bool is_there = std::ranges::any_of(
            others, [&](const HookLadder* other) { return other->has(hook.name); });
        if (!is_there && hook.serves(wanted) && (doubts || !hook.for_doubts)) {
            standings_.push_back({std::move(hook), 0, false, {}});
        }
    }
}

bool HookLadder::has(const std::string& hook) const {
    return std::ranges::any_of(
        standings_, [&](const Standing& standing) { return standing.hook.name == hook; });
}

bool HookLadder::has_rungs() const {
    return std::ranges::any_of(standings_,
                               [](const Standing& standing) { return standing.rung() != nullptr; });
}

HookLadder HookLadder::split(const std::set<std::string>& hooks) {
    HookLadder taken;
    std::vector<Standing> kept;
    for (Standing& standing : standings_) {
        (hooks.count(standing.hook.name) ? taken.standings_ : kept).push_back(std::move(standing));
    }
    standings_ = std::move(kept);
    return taken;
}

void HookLadder::join(HookLadder other) {
    std::ranges::move(other.standings_, std::back_inserter(standings_));
}

std::vector<HookLadder::Standing> HookLadder::remove_all_but(const EventSet& wanted) {
    std::vector<Standing> removed;
    std::vector<Standing> kept;
    for (Standing& standing : standings_) {
        (standing.hook.serves(wanted) ? kept : removed).push_back(std::move(standing));
    }
    standings_ = std::move(kept);
    return removed;
}

void HookLadder::settle(const HookTrial& trial) {
    for (Standing& standing : standings_) {
        while (const Rung* rung = standing.rung()) {
            auto taken = trial.attempt(*rung);
            if (taken) {
                break;
            }
            step_down(standing, taken.error().message);
        }
    }
}

void HookLadder::step_down(Standing& standing, std::string error) {
    if (const Rung* rung = standing.rung()) {
        standing.tried.push_back({rung->name(), std::move(error)});
        ++standing.at;
    }
}

bool HookLadder::step_down_from(const std::string& program, const std::string& error) {
    bool found = false;
    for (Standing& standing : standings_) {
        const Rung* rung = standing.rung();
        if (rung && (rung->program == program ||
                     std::ranges::find(rung->companions, program, &Companion::program) !=
                         rung->companions.end())) {
            step_down(standing, error);
            found = true;
        }
    }
    return found;
}

std::vector<HookReport> HookLadder::report() const {
    std::vector<HookReport> reports;
    for (const Standing& standing : standings_) {
        HookReport made{standing.hook.name,      standing.hook.events,           "",
                        standing.proven,         standing.hook.has_harmless_act, standing.tried,
                        standing.hook.blind_spot};
        if (const Rung* rung = standing.rung()) {
            made.chosen = rung->name();
            made.blind_spot = rung->blind_spot;
        }
        reports.push_back(std::move(made));
    }
    return reports;
}

}  // namespace saker
