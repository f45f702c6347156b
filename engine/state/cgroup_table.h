// Control groups by id: their paths, and the containers the paths speak of.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/event/event.h"
#include "engine/state/container.h"
#include "engine/state/host.h"
#include "probes/events.h"

namespace saker {

struct CgroupCounts {
    uint64_t known = 0;
    uint64_t unknown = 0;    // lookups of a control group nobody told us of
    uint64_t scans = 0;      // walks of the mounted hierarchy to find one
    uint64_t forgotten = 0;  // times all were forgotten, there being too many
};

/// A control group and its path, as a record tells them.
struct NamedCgroup {
    uint64_t id = 0;
    std::string_view path;
};

/// Of a fork the child's, of an exec the process's own; most records name none.
std::optional<NamedCgroup> cgroup_named_by(const Event& event);

/// Bounded: when there are too many all are forgotten, and learnt or scanned for again. Texts and
/// containers handed out live until `learn`.
class CgroupTable {
  public:
    explicit CgroupTable(const Host& host);

    /// The container the path names, when that is news.
    const Container* learn(uint64_t id, std::string_view path);

    /// Empty when it is not known, and the hierarchy does not tell either.
    std::string_view path(uint64_t id);

    /// Never fails: "host" when nothing speaks of a container, "<NA>" when the task is in pid and
    /// mount namespaces of its own but its control group is not known.
    const Container& container(const event_header& header);

    const CgroupCounts& counts() const { return counts_; }

  private:
    struct Entry {
        std::string path;
        std::unique_ptr<Container>
            named;  // what the path's pattern says; null: no pattern knows it
        std::unique_ptr<Container>
            plain;  // the last path element, for tasks in their own namespaces
    };

    Entry* find(uint64_t id);
    bool scan_for(uint64_t id);
    bool has_own_namespaces(const event_header& header) const;

    const Host& host_;
    std::unordered_map<uint64_t, Entry> entries_;
    Entry* last_ = nullptr;
    uint64_t last_id_ = 0;
    uint64_t next_scan_ = 0;
    Container on_host_;
    Container unknown_;
    CgroupCounts counts_;
};

}  // namespace saker
