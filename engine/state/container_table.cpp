#include "engine/state/container_table.h"

#include <algorithm>
#include <vector>

namespace saker {
namespace {

constexpr size_t kMost = 8192;
constexpr uint64_t kAskAgain = 30'000'000'000;

}  // namespace

const ContainerTable::Known& ContainerTable::of(const Container& container, uint64_t now) {
    auto found = rows_.find(std::string_view(container.full_id));
    if (found == rows_.end()) {
        if (rows_.size() >= kMost) {
            make_room();
        }
        found = rows_.try_emplace(container.full_id).first;
        Known& known = found->second;
        known.standing = awaits_records_ ? Standing::asked : Standing::nobody_knows;
        ask(container, known, now);
    } else if (found->second.standing == Standing::nobody_knows &&
               now > found->second.asked_at + kAskAgain) {
        ask(container, found->second, now);
    }
    found->second.last_seen = std::max(found->second.last_seen, now);
    return found->second;
}

/// Who was never answered is waited for; who was told that nobody knows is not, a second time.
void ContainerTable::ask(const Container& container, Known& known, uint64_t now) {
    const bool is_new = known.asked_at == 0;
    known.asked_at = std::max<uint64_t>(now, 1);
    if (!asker_) {
        return;
    }
    if (!asker_->ask(container)) {
        ++counts_.refused;
        return;
    }
    ++counts_.asked;
    known.standing = is_new ? Standing::asked : known.standing;
}

void ContainerTable::learn(std::string_view full_id, ContainerFacts facts, uint64_t now) {
    auto found = rows_.find(full_id);
    if (found == rows_.end()) {
        if (rows_.size() >= kMost) {
            make_room();
        }
        found = rows_.try_emplace(std::string(full_id)).first;
        found->second.last_seen = now;
    }
    ++counts_.answered;
    Known& known = found->second;
    known.asked_at = std::max<uint64_t>(now, 1);
    known.standing = facts.is_known ? Standing::known : Standing::nobody_knows;
    known.facts = std::move(facts);
}

void ContainerTable::make_room() {
    std::vector<uint64_t> seen;
    seen.reserve(rows_.size());
    for (const auto& [id, known] : rows_) {
        seen.push_back(known.last_seen);
    }
    const auto middle = seen.begin() + static_cast<std::ptrdiff_t>(seen.size() / 2);
    std::ranges::nth_element(seen, middle);
    counts_.forgotten +=
        std::erase_if(rows_, [&](const auto& row) { return row.second.last_seen <= *middle; });
}

}  // namespace saker
