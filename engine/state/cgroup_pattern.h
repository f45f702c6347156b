// What the path of a control group says about the container in it.
#pragma once

#include <optional>
#include <string_view>

namespace saker {

/// Views into the path, or texts that live for ever.
struct CgroupContainer {
    std::string_view id;  // whole
    std::string_view type;
};

/// The container a control group's path names, by the habits of the runtimes; nothing when none of
/// them makes such paths. Works on one path, of either version of the hierarchy.
std::optional<CgroupContainer> container_of_cgroup(std::string_view path);

/// The last element of a path; empty for the root.
std::string_view last_element(std::string_view path);

}  // namespace saker
