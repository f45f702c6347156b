// Which processes make most events: counted in a fixed space, for a window of time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "probes/events.h"

namespace saker {

struct Talker {
    uint32_t pid = 0;
    std::string name;     // as it was when the process was last counted
    uint64_t events = 0;  // at most `too_many` of them are of others
    uint64_t too_many = 0;
};

/// A sketch of small sets: a process belongs to one of them, and who is new in a full set takes
/// over the place and the count of the least busy there. So whoever makes more than its share is
/// found, and no count is too low. One thread's; neither allocates nor locks while counting.
class Talkers {
  public:
    void count(const event_header& header);

    /// The busiest since this was asked before, most events first; counting begins anew.
    std::vector<Talker> take(size_t most);

  private:
    static constexpr size_t kSets = 128;
    static constexpr size_t kPlaces = 4;

    struct Place {
        uint64_t start_time;  // with pid the process's identity
        uint64_t events;      // 0: free
        uint64_t too_many;
        uint32_t pid;
        std::array<char, sizeof(event_header::comm)> name;
    };

    std::array<std::array<Place, kPlaces>, kSets> sets_{};
};

}  // namespace saker
