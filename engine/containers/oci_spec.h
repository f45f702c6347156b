// What an OCI runtime's config.json says of a container, and what runtimes add as annotations.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "engine/state/container_facts.h"

namespace saker::containers {

/// Mounts from the host, the host's namespaces, whether it may do everything; and from annotations
/// what Kubernetes' runtimes (containerd, CRI-O) and Podman write there.
void add_spec(const nlohmann::json& spec, ContainerFacts& facts);

/// Pod name, namespace and uid from labels or annotations in Kubernetes' own spelling, where facts
/// do not have them yet.
void add_pod(const ContainerFacts::Labels& labels, ContainerFacts& facts);

}  // namespace saker::containers
