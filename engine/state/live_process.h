// What /proc says of a process at this moment: figures no event carries, read only when asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "engine/state/host.h"

namespace saker {

/// Of the process an event is about, a moment later.
struct ProcessFigures {
    uint64_t virtual_kib = 0;
    uint64_t resident_kib = 0;
    uint64_t swapped_kib = 0;
    uint64_t threads = 0;
    uint64_t major_faults = 0;  // of the thread
    uint64_t minor_faults = 0;
    uint64_t processor_time = 0;  // of the thread, ns
    std::optional<int64_t> most_descriptors;
};

struct OpenDescriptor {
    int number = 0;
    std::string_view type;  // as `fd.type` has it
    std::string name;
};

/// Reads files of /proc when it is asked, once for each event. Nothing is known of a process that
/// is gone, whose number another one has by now, or whose events come from a recording.
class LiveProcess {
  public:
    explicit LiveProcess(const Host& host) : host_(host) {}

    /// Null when it is not known. Valid until another event is asked about.
    const ProcessFigures* figures(const Event& event);

    /// Ascending by number; null when it is not known.
    const std::vector<OpenDescriptor>* descriptors(const Event& event);

    /// The lines of /proc/PID/task/TID/cgroup.
    std::optional<std::string_view> cgroups(const Event& event);

  private:
    bool turn_to(const Event& event);

    const Host& host_;
    uint64_t lane_and_sequence_ = UINT64_MAX;  // of the event asked about last
    uint64_t time_ = UINT64_MAX;
    bool is_there_ = false;
    std::optional<ProcessFigures> figures_;
    std::optional<std::vector<OpenDescriptor>> descriptors_;
    std::optional<std::string> cgroups_;
};

}  // namespace saker
