#include "engine/state/cgroup_table.h"

#include <sys/stat.h>

#include <filesystem>

#include "engine/state/cgroup_pattern.h"

namespace saker {
namespace {

constexpr size_t kMostEntries = 65536;
constexpr size_t kShortId = 12;
constexpr uint64_t kScanInterval = 1'000'000'000;

Container make_container(std::string_view full_id, std::string_view type) {
    return {std::string(full_id.substr(0, kShortId)), std::string(full_id), type, false, false};
}

}  // namespace

std::optional<NamedCgroup> cgroup_named_by(const Event& event) {
    if (const auto* record = event.as<cgroup_event>()) {
        return NamedCgroup{record->id, event.text(record->cgroups)};
    }
    const Member* path = event.member<"cgroups">();
    if (!path) {
        return std::nullopt;
    }
    const auto of_child = event.number<"child_cgroup">();
    return NamedCgroup{of_child ? static_cast<uint64_t>(*of_child) : event.header().cgroup,
                       event.text(*path)};
}

CgroupTable::CgroupTable(const Host& host)
    : host_(host),
      on_host_{"host", "host", "host", true, false},
      unknown_{"<NA>", "<NA>", {}, false, true} {}

const Container* CgroupTable::learn(uint64_t id, std::string_view path) {
    if (id == 0 || path.empty()) {
        return nullptr;
    }
    if (const auto known = entries_.find(id);
        known != entries_.end() && known->second.path == path) {
        return nullptr;
    }
    last_ = nullptr;
    if (entries_.size() >= kMostEntries) {
        entries_.clear();
        ++counts_.forgotten;
    }
    Entry entry;
    entry.path = path;
    if (const auto found = container_of_cgroup(path)) {
        entry.named = std::make_unique<Container>(make_container(found->id, found->type));
    } else if (const std::string_view element = last_element(path); !element.empty()) {
        entry.plain = std::make_unique<Container>(make_container(element, {}));
    }
    const Container* named = entry.named.get();
    entries_.insert_or_assign(id, std::move(entry));
    counts_.known = entries_.size();
    return named;
}

CgroupTable::Entry* CgroupTable::find(uint64_t id) {
    if (last_ && last_id_ == id) {
        return last_;
    }
    auto found = entries_.find(id);
    if (found == entries_.end()) {
        ++counts_.unknown;
        if (!scan_for(id)) {
            return nullptr;
        }
        found = entries_.find(id);
    }
    last_ = &found->second;
    last_id_ = id;
    return last_;
}

/// The id of a control group is its directory's inode number.
bool CgroupTable::scan_for(uint64_t id) {
    const uint64_t now = host_.is_live && !host_.cgroup_root.empty() ? boottime_now() : 0;
    if (now == 0 || id == 0 || now < next_scan_) {
        return false;
    }
    next_scan_ = now + kScanInterval;
    ++counts_.scans;
    std::error_code failed;
    const std::filesystem::path root(host_.cgroup_root);
    std::filesystem::recursive_directory_iterator at(root, failed);
    for (; !failed && at != std::filesystem::recursive_directory_iterator(); at.increment(failed)) {
        struct stat found {};
        if (at->is_directory(failed) && ::lstat(at->path().c_str(), &found) == 0 &&
            found.st_ino == id) {
            learn(id, at->path().native().substr(root.native().size()));
            return true;
        }
    }
    return false;
}

std::string_view CgroupTable::path(uint64_t id) {
    const Entry* entry = find(id);
    return entry ? std::string_view(entry->path) : std::string_view();
}

bool CgroupTable::has_own_namespaces(const event_header& header) const {
    const auto differ = [](uint32_t a, uint32_t b) { return a != 0 && b != 0 && a != b; };
    return differ(header.pid_namespace, host_.pid_namespace) &&
           differ(header.mount_namespace, host_.mount_namespace);
}

const Container& CgroupTable::container(const event_header& header) {
    const Entry* entry = find(header.cgroup);
    if (!entry) {
        return has_own_namespaces(header) ? unknown_ : on_host_;
    }
    if (entry->named) {
        return *entry->named;
    }
    return entry->plain && has_own_namespaces(header) ? *entry->plain : on_host_;
}

}  // namespace saker
