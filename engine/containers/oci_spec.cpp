#include "engine/containers/oci_spec.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/containers/image_name.h"
#include "engine/containers/json_walk.h"

namespace saker::containers {
namespace {

using nlohmann::json;

struct Annotation {
    const char* key;
    std::string ContainerFacts::*member;
};
// Both runtimes' spelling; what stands first wins.
constexpr Annotation kAnnotations[] = {
    {"io.kubernetes.cri.container-name", &ContainerFacts::name},
    {"io.kubernetes.cri.sandbox-id", &ContainerFacts::sandbox_id},
    {"io.kubernetes.cri.sandbox-name", &ContainerFacts::pod_name},
    {"io.kubernetes.cri.sandbox-namespace", &ContainerFacts::pod_namespace},
    {"io.kubernetes.cri.sandbox-uid", &ContainerFacts::pod_uid},
    {"io.kubernetes.container.name", &ContainerFacts::name},
    {"io.kubernetes.cri-o.Name", &ContainerFacts::name},
    {"io.kubernetes.cri-o.SandboxID", &ContainerFacts::sandbox_id},
    {"io.kubernetes.cri-o.KubeName", &ContainerFacts::pod_name},
    {"io.kubernetes.cri-o.Namespace", &ContainerFacts::pod_namespace},
    {"io.kubernetes.pod.name", &ContainerFacts::pod_name},
    {"io.kubernetes.pod.namespace", &ContainerFacts::pod_namespace},
    {"io.kubernetes.pod.uid", &ContainerFacts::pod_uid},
    {"io.kubernetes.cri-o.IP.0", &ContainerFacts::address},
    {"io.kubernetes.cri-o.CNIResult", &ContainerFacts::network_result},
};
constexpr const char* kImageNames[] = {
    "io.kubernetes.cri.image-name",
    "io.kubernetes.cri-o.ImageName",
    "io.kubernetes.cri-o.UserRequestedImage",
};
// What a container that may do everything has, and no other.
constexpr const char* kAllMighty[] = {"CAP_SYS_ADMIN", "CAP_SYS_MODULE", "CAP_SYS_RAWIO"};

bool has(const json& list, std::string_view text) {
    return std::ranges::any_of(
        list, [&](const json& item) { return item.is_string() && item == std::string(text); });
}

std::optional<bool> is_privileged(const json& spec) {
    const json& bounding = below(spec, {"process", "capabilities", "bounding"});
    if (!spec.is_object() || !below(spec, {"linux"}).is_object()) {
        return std::nullopt;
    }
    return std::ranges::all_of(kAllMighty,
                               [&](const char* capability) { return has(bounding, capability); }) &&
           below(spec, {"linux", "maskedPaths"}).empty() &&
           below(spec, {"linux", "readonlyPaths"}).empty();
}

/// A namespace that is not listed is the host's.
std::optional<bool> is_host(const json& spec, std::string_view type) {
    const json& namespaces = below(spec, {"linux", "namespaces"});
    if (!namespaces.is_array()) {
        return std::nullopt;
    }
    return std::ranges::none_of(
        namespaces, [&](const json& entry) { return text_below(entry, {"type"}) == type; });
}

ContainerMount mount_of(const json& entry) {
    ContainerMount mount{text_below(entry, {"source"}), text_below(entry, {"destination"}), "",
                         "true", ""};
    for (const json& option : below(entry, {"options"})) {
        const std::string word = option.is_string() ? option.get<std::string>() : "";
        mount.mode += (mount.mode.empty() ? "" : ",") + word;
        if (word == "ro") {
            mount.is_writable = "false";
        }
        if (word.ends_with("private") || word.ends_with("shared") || word.ends_with("slave")) {
            mount.propagation = word;
        }
    }
    return mount;
}

void add_mounts(const json& spec, ContainerFacts& facts) {
    for (const json& entry : below(spec, {"mounts"})) {
        if (text_below(entry, {"source"}).starts_with('/')) {
            facts.mounts.push_back(mount_of(entry));
        }
    }
}

/// CRI-O keeps labels as a JSON document in an annotation; a sandbox's are its pod's.
void add_crio_labels(const json& annotations, ContainerFacts& facts) {
    const std::string text = text_below(annotations, {"io.kubernetes.cri-o.Labels"});
    if (text.empty()) {
        return;
    }
    const bool is_sandbox =
        text_below(annotations, {"io.kubernetes.cri-o.ContainerType"}) == "sandbox";
    ContainerFacts::Labels labels = labels_below(parse_json(text), {});
    add_pod(labels, facts);
    if (is_sandbox) {
        facts.pod_labels = labels;
    }
    facts.labels = std::move(labels);
}

void add_annotations(const json& annotations, ContainerFacts& facts) {
    for (const auto& [key, member] : kAnnotations) {
        if ((facts.*member).empty()) {
            facts.*member = text_below(annotations, {key});
        }
    }
    for (const char* key : kImageNames) {
        const std::string name = text_below(annotations, {key});
        if (facts.image_repository.empty() && !name.empty()) {
            set_image(name, facts);
        }
    }
    const std::string id = text_below(annotations, {"io.kubernetes.cri-o.Image"});
    if (facts.image_id.empty() && is_image_id(id)) {
        facts.image_id = short_image_id(id);
    }
    const std::string reference = text_below(annotations, {"io.kubernetes.cri-o.ImageRef"});
    if (const size_t at = reference.find('@'); at != reference.npos && facts.image_digest.empty()) {
        facts.image_digest = reference.substr(at + 1);
    }
    if (text_below(annotations, {"io.podman.annotations.privileged"}) == "TRUE" ||
        text_below(annotations, {"io.kubernetes.cri-o.PrivilegedRuntime"}) == "true") {
        facts.privileged = true;
    }
    add_crio_labels(annotations, facts);
}

}  // namespace

void add_pod(const ContainerFacts::Labels& labels, ContainerFacts& facts) {
    for (const auto& [key, value] : labels) {
        for (const auto& [known, member] : kAnnotations) {
            if (key == known && key.starts_with("io.kubernetes.pod.") && (facts.*member).empty()) {
                facts.*member = value;
            }
        }
    }
}

void add_spec(const json& spec, ContainerFacts& facts) {
    facts.privileged = is_privileged(spec);
    facts.host_pid = is_host(spec, "pid");
    facts.host_network = is_host(spec, "network");
    facts.host_ipc = is_host(spec, "ipc");
    add_mounts(spec, facts);
    add_annotations(below(spec, {"annotations"}), facts);
}

}  // namespace saker::containers
