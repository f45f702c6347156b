// What a container runtime says of one container: its name, its image, its pod.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace saker {

struct ContainerMount {
    std::string source;
    std::string destination;
    std::string mode;         // the options it was asked for with, or nothing
    std::string is_writable;  // "true" or "false"
    std::string propagation;
};

/// A text is empty, and a truth without value, when the runtime did not say.
struct ContainerFacts {
    using Labels = std::vector<std::pair<std::string, std::string>>;  // sorted by key

    bool is_known = false;  // false: no runtime knows the container
    std::string name;
    std::string image;
    std::string image_id;
    std::string image_repository;
    std::string image_tag;
    std::string image_digest;
    std::string type;  // docker, podman, containerd, cri-o
    std::string address;
    std::string pod_name;
    std::string pod_namespace;
    std::string pod_uid;
    std::string sandbox_id;  // whole
    std::string healthcheck;
    std::string network_result;  // of the network plugin, as JSON
    std::optional<bool> privileged;
    std::optional<bool> host_pid;
    std::optional<bool> host_network;
    std::optional<bool> host_ipc;
    std::vector<ContainerMount> mounts;
    Labels labels;
    Labels pod_labels;
    std::string all_mounts;  // as fields show them, made once
    std::string all_labels;
    std::string all_pod_labels;
};

/// Fills the members that are made of others.
void join_lists(ContainerFacts& facts);

/// `source:destination:mode:is_writable:propagation`
std::string text_of(const ContainerMount& mount);

/// As a record carries them: keys and values, each ended by a NUL. What would make the text longer
/// than `limit` is left out, and `was_cut` set.
std::string text_of(const ContainerFacts& facts, size_t limit, bool& was_cut);

/// The reverse, lists joined; what it cannot read it leaves out.
ContainerFacts container_facts_of(std::string_view text);

}  // namespace saker
