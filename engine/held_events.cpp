#include "engine/held_events.h"

#include <algorithm>

namespace saker {

void HeldEvents::add(const std::string& container, HeldEvent event) {
    bytes_ += event.bytes();
    by_container_[container].push_back(std::move(event));
}

std::optional<HeldEvent> HeldEvents::take(const std::string& container) {
    const auto group = by_container_.find(container);
    return group == by_container_.end() ? std::nullopt : std::optional(take_first(group));
}

uint64_t HeldEvents::first_deadline() const {
    uint64_t first = UINT64_MAX;
    for (const auto& [container, events] : by_container_) {
        first = std::min(first, events.front().deadline);
    }
    return first;
}

std::optional<HeldEvent> HeldEvents::take_overdue(uint64_t now) {
    // Few containers are awaited at a time; within each the first is the oldest.
    const auto oldest = std::ranges::min_element(
        by_container_, {}, [](const auto& group) { return group.second.front().deadline; });
    if (oldest == by_container_.end() ||
        (oldest->second.front().deadline > now && bytes_ <= byte_budget_)) {
        return std::nullopt;
    }
    return take_first(oldest);
}

HeldEvent HeldEvents::take_first(Groups::iterator group) {
    HeldEvent event = std::move(group->second.front());
    group->second.pop_front();
    bytes_ -= event.bytes();
    if (group->second.empty()) {
        by_container_.erase(group);
    }
    return event;
}

}  // namespace saker
