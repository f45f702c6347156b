#include "engine/state/cgroup_pattern.h"

#include <algorithm>

namespace saker {
namespace {

struct Prefix {
    std::string_view text;
    std::string_view type;
};

// What runtimes put before the id in the name of a scope or directory; the longer first.
constexpr Prefix kPrefixes[] = {
    {"cri-containerd-", "containerd"},
    {"nerdctl-", "containerd"},
    {"libpod-payload-", "podman"},
    {"libpod-", "podman"},
    {"docker-", "docker"},
    {"crio-", "cri-o"},
};

// Directories whose children are named by the id alone, and by the name alone.
constexpr Prefix kParentsOfIds[] = {
    {"docker", "docker"},
    {"libpod_parent", "podman"},
    {"garden", "garden"},
};
constexpr Prefix kParentsOfNames[] = {
    {"lxc", "lxc"},
    {"lxc.payload", "lxc"},
};

// The first that fits decides; without a type it is no container (a virtual machine).
struct Named {
    std::string_view prefix;
    std::string_view ending;
    std::string_view type;
};
constexpr Named kNamed[] = {
    {"machine-qemu", ".scope", {}},
    {"machine-lxc\\x2d", ".scope", "libvirt-lxc"},
    {"machine-", ".scope", "systemd-nspawn"},
    {"systemd-nspawn@", ".service", "systemd-nspawn"},
    {"lxc.payload.", "", "lxc"},
};

constexpr std::string_view kEndings[] = {".scope", ".service", ".slice"};

bool is_hexadecimal(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_long_id(std::string_view text) {
    return text.size() == 64 && is_hexadecimal(text);
}

/// Some runtimes below Kubernetes name containers by a uuid.
bool is_uuid(std::string_view text) {
    if (text.size() != 36) {
        return false;
    }
    for (size_t at = 0; at < text.size(); ++at) {
        const bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
        if (is_dash ? text[at] != '-' : !is_hexadecimal(text.substr(at, 1))) {
            return false;
        }
    }
    return true;
}

std::string_view without_ending(std::string_view element) {
    for (const std::string_view ending : kEndings) {
        if (element.ends_with(ending)) {
            element.remove_suffix(ending.size());
            break;
        }
    }
    return element;
}

/// Runtimes that name containers in words.
std::optional<CgroupContainer> by_name(std::string_view element) {
    const std::string_view name = without_ending(element);
    for (const Named& named : kNamed) {
        if (element.starts_with(named.prefix) && element.ends_with(named.ending) &&
            name.size() > named.prefix.size()) {
            return named.type.empty() ? std::nullopt
                                      : std::optional(CgroupContainer{
                                            name.substr(named.prefix.size()), named.type});
        }
    }
    return std::nullopt;
}

std::optional<CgroupContainer> by_prefix(std::string_view element) {
    // containerd's own systemd spelling when the runtime was told no systemd: slice:prefix:id.
    if (const size_t colon = element.rfind(':'); colon != element.npos) {
        const std::string_view before = element.substr(0, colon);
        const std::string_view id = element.substr(colon + 1);
        if (is_long_id(id)) {
            const std::string_view kind = before.substr(before.rfind(':') + 1);
            for (const Prefix& prefix : kPrefixes) {
                if (kind == prefix.text.substr(0, prefix.text.size() - 1)) {
                    return CgroupContainer{id, prefix.type};
                }
            }
            return CgroupContainer{id, "containerd"};
        }
    }
    const std::string_view name = without_ending(element);
    for (const Prefix& prefix : kPrefixes) {
        if (name.starts_with(prefix.text)) {
            const std::string_view id = name.substr(prefix.text.size());
            if (is_long_id(id)) {
                return CgroupContainer{id, prefix.type};
            }
        }
    }
    return by_name(element);
}

std::optional<CgroupContainer> by_parent(std::string_view parent, std::string_view element,
                                         bool is_in_pod) {
    for (const Prefix& known : kParentsOfIds) {
        if (parent == known.text && is_long_id(element)) {
            return CgroupContainer{element, known.type};
        }
    }
    for (const Prefix& known : kParentsOfNames) {
        if (parent == known.text && !element.empty()) {
            return CgroupContainer{element, known.type};
        }
    }
    // cgroupfs drivers: containerd's /<namespace>/<id>, Kubernetes' /kubepods/…/pod<uid>/<id>.
    if (is_long_id(element)) {
        return CgroupContainer{element, is_in_pod ? std::string_view() : "containerd"};
    }
    if (is_in_pod && is_uuid(element)) {
        return CgroupContainer{element, {}};
    }
    return std::nullopt;
}

}  // namespace

std::string_view last_element(std::string_view path) {
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    return path.substr(path.rfind('/') + 1);
}

std::optional<CgroupContainer> container_of_cgroup(std::string_view path) {
    std::optional<CgroupContainer> found;
    std::string_view parent;
    bool is_in_pod = false;
    // The innermost container (a pod of a node that is a container itself); what systemd makes
    // below it looks like none.
    while (!path.empty()) {
        const size_t slash = std::min(path.find('/'), path.size());
        const std::string_view element = path.substr(0, slash);
        path.remove_prefix(std::min(slash + 1, path.size()));
        if (element.empty()) {
            continue;
        }
        auto inner = by_prefix(element);
        if (!inner) {
            inner = by_parent(parent, element, is_in_pod);
        }
        if (inner) {
            found = inner;
        }
        is_in_pod = is_in_pod || element.starts_with("kubepods");
        parent = element;
    }
    return found;
}

}  // namespace saker
