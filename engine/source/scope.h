// What part of the host is watched: all of it, a tree of processes, or a tree of control groups.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace saker {

struct Scope {
    enum class Kind : uint8_t { host, processes, cgroup };

    Kind kind = Kind::host;
    pid_t pid = 0;         // processes: the root of the tree, as we see it
    std::string folder{};  // cgroup: the folder of the control group in its mounted hierarchy

    /// `host`, `pid:N`, `cgroup:PATH` or `container:ID`. A container is looked for at once, in the
    /// hierarchy that runtimes use.
    static Result<Scope> parse(std::string_view text);
};

/// Which control groups name containers on this host, found as runtimes find it.
struct CgroupHierarchy {
    uint32_t number = 0;  // enum cgroup_hierarchy of probes/knobs.h
    std::string name;     // "unified" or the v1 controller
    std::string folder;   // where it is mounted; empty when it is not

    static CgroupHierarchy of_runtimes();

    /// The one a folder lies in; an error when Saker cannot tell a task's group there.
    static Result<CgroupHierarchy> holding(const std::string& folder);
};

/// The number the kernel knows a control group by.
Result<uint64_t> cgroup_id(const std::string& folder);

}  // namespace saker
