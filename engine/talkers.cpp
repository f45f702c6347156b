#include "engine/talkers.h"

#include <algorithm>
#include <cstring>

namespace saker {

void Talkers::count(const event_header& header) {
    // Neighbours in time often have neighbouring numbers: the low bits spread them best.
    auto& set = sets_[header.pid % kSets];
    Place* least = set.data();
    for (Place& place : set) {
        if (place.pid == header.pid && place.start_time == header.start_time && place.events > 0) {
            ++place.events;
            std::memcpy(place.name.data(), header.comm, place.name.size());
            return;
        }
        least = place.events < least->events ? &place : least;
    }
    least->too_many = least->events;
    ++least->events;
    least->pid = header.pid;
    least->start_time = header.start_time;
    std::memcpy(least->name.data(), header.comm, least->name.size());
}

std::vector<Talker> Talkers::take(size_t most) {
    std::vector<const Place*> busy;
    for (const auto& set : sets_) {
        for (const Place& place : set) {
            if (place.events > 0) {
                busy.push_back(&place);
            }
        }
    }
    const auto end = busy.begin() + static_cast<ptrdiff_t>(std::min(most, busy.size()));
    std::ranges::partial_sort(busy, end, std::greater<>(), &Place::events);
    std::vector<Talker> talkers;
    for (auto place = busy.begin(); place != end; ++place) {
        const auto& name = (*place)->name;
        talkers.push_back({(*place)->pid,
                           {name.data(), ::strnlen(name.data(), name.size())},
                           (*place)->events,
                           (*place)->too_many});
    }
    sets_ = {};
    return talkers;
}

}  // namespace saker
