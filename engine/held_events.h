// Events that wait for what a container's runtime says, before they are judged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/state/state.h"

namespace saker {

/// One that waits: a copy of its record, and all it needs to be judged as if no time had passed.
struct HeldEvent {
    std::vector<std::byte> record;
    const Process* process = nullptr;  // held in the state
    EventMoment moment;
    uint64_t deadline = 0;           // boottime ns
    bool is_undecided = false;       // conditions asked for what is awaited
    std::vector<uint32_t> matching;  // rules that hold and only wait to be told

    size_t bytes() const {
        return sizeof *this + record.capacity() + matching.capacity() * sizeof(uint32_t);
    }
};

/// In the order they came, container by container; bounded by bytes.
class HeldEvents {
  public:
    explicit HeldEvents(size_t byte_budget) : byte_budget_(byte_budget) {}

    void add(const std::string& container, HeldEvent event);

    /// The first that waits for that container; nothing when none does.
    std::optional<HeldEvent> take(const std::string& container);

    /// The oldest, if its deadline has passed or there are too many bytes.
    std::optional<HeldEvent> take_overdue(uint64_t now);

    /// Of all that wait the first; the end of time if nothing does.
    uint64_t first_deadline() const;

    bool empty() const { return by_container_.empty(); }

  private:
    using Groups = std::unordered_map<std::string, std::deque<HeldEvent>>;

    HeldEvent take_first(Groups::iterator group);

    Groups by_container_;  // no group is empty
    size_t bytes_ = 0;
    size_t byte_budget_;
};

}  // namespace saker
