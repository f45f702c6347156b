// Which container a control group belongs to.
#pragma once

#include <string>
#include <string_view>

namespace saker {

/// A container, or the host itself, whose id is "host".
struct Container {
    std::string id;  // 12 characters at most
    std::string full_id;
    std::string_view type;  // docker, podman, containerd, cri-o …; "host"; empty: not known
    bool is_host = false;
    bool is_unknown = false;  // in a container, but nothing says in which
};

}  // namespace saker
