// The container and k8s rows of the field catalogue.
#include "engine/lang/field.h"
#include "engine/state/context.h"

namespace saker::lang {
namespace {

constexpr std::string_view kNoLonger = "Known so that old rules load; holds nothing.";

const Container& container_of(const Context& context) {
    return context.state.container(context.event);
}

/// When the container's pid namespace began, which is when its first process started.
std::optional<uint64_t> start_of(const Context& context) {
    const uint64_t start = context.process.pid_namespace_start;
    return container_of(context).is_host || start == 0 ? std::nullopt : std::optional(start);
}

}  // namespace

std::span<const Field> container_fields() {
    static const FieldFlags kSuggested{.suggested = true};
    static const FieldFlags kRequired{.bracket = Bracket::required};
    static const FieldFlags kOld{.deprecated = true};
    static const FieldFlags kOldRequired{.bracket = Bracket::required, .deprecated = true};
    static const Field rows[] = {
        {"container.id", FieldType::text, kSuggested,
         "The first 12 characters of the container's id, by the control group the task was in; "
         "`host` "
         "outside containers.",
         [](const Context& context) { return std::string_view(container_of(context).id); }},
        {"container.full_id",
         FieldType::text,
         {},
         "The container's whole id.",
         [](const Context& context) { return std::string_view(container_of(context).full_id); }},
        {"container.name", FieldType::text, kSuggested,
         "The container's name; `host` outside containers.",
         [](const Context& context) -> std::optional<std::string_view> {
             return container_of(context).is_host ? std::optional<std::string_view>("host")
                                                  : std::nullopt;
         }},
        {"container.image", FieldType::text, {}, "The image the container was made from."},
        {"container.image.id", FieldType::text, {}, "The id of that image."},
        {"container.type",
         FieldType::text,
         {},
         "Which runtime's container it is, as far as its control group tells: docker, podman, "
         "containerd, cri-o, lxc …; `host` outside containers.",
         [](const Context& context) -> std::optional<std::string_view> {
             const std::string_view type = container_of(context).type;
             return type.empty() ? std::nullopt : std::optional(type);
         }},
        {"container.privileged", FieldType::boolean, {}, "Whether the container runs privileged."},
        {"container.mounts", FieldType::text, {}, "All mounts of the container."},
        {"container.mount", FieldType::text, kRequired, "One mount, by its number or source."},
        {"container.mount.source", FieldType::text, kRequired,
         "Where a mount comes from, by its number or destination."},
        {"container.mount.dest", FieldType::text, kRequired,
         "Where a mount lies in the container, by its number or source."},
        {"container.mount.mode", FieldType::text, kRequired,
         "A mount's mode, by its number or source."},
        {"container.mount.rdwr", FieldType::text, kRequired,
         "Whether a mount may be written, by its number or source."},
        {"container.mount.propagation", FieldType::text, kRequired,
         "How a mount propagates, by its number or source."},
        {"container.image.repository", FieldType::text, kSuggested,
         "The image's name without its tag."},
        {"container.image.tag", FieldType::text, kSuggested, "The image's tag."},
        {"container.image.digest", FieldType::text, {}, "The image's digest in its registry."},
        {"container.healthcheck", FieldType::text, kOld, kNoLonger},
        {"container.liveness_probe", FieldType::text, kOld, kNoLonger},
        {"container.readiness_probe", FieldType::text, kOld, kNoLonger},
        {"container.start_ts",
         FieldType::absolute_time,
         {},
         "When the container's first process started, ns since the epoch.",
         [](const Context& context) -> std::optional<uint64_t> {
             const auto start = start_of(context);
             return start ? std::optional(context.state.wall_time(*start)) : std::nullopt;
         }},
        {"container.duration",
         FieldType::relative_time,
         {},
         "How long the container had run, ns.",
         [](const Context& context) -> std::optional<uint64_t> {
             const auto start = start_of(context);
             const uint64_t now = context.event.header().time;
             return start && now >= *start ? std::optional(now - *start) : std::nullopt;
         }},
        {"container.ip", FieldType::text, {}, "The container's or its pod's address."},
        {"container.cni.json", FieldType::text, {}, "What the network plugin said of it, as JSON."},
        {"container.host_pid",
         FieldType::boolean,
         {},
         "Whether the container shares the host's pid namespace.",
         [](const Context& context) -> std::optional<bool> {
             const uint32_t host = context.state.host().pid_namespace;
             return container_of(context).is_host || host == 0
                        ? std::nullopt
                        : std::optional(context.event.header().pid_namespace == host);
         }},
        {"container.host_network",
         FieldType::boolean,
         {},
         "Whether the container shares the host's network namespace."},
        {"container.host_ipc",
         FieldType::boolean,
         {},
         "Whether the container shares the host's IPC namespace."},
        {"container.label", FieldType::text, kRequired, "One label of the container."},
        {"container.labels", FieldType::text, {}, "All labels of the container."},
        {"proc.is_container_healthcheck", FieldType::boolean, kOld, kNoLonger},
        {"proc.is_container_liveness_probe", FieldType::boolean, kOld, kNoLonger},
        {"proc.is_container_readiness_probe", FieldType::boolean, kOld, kNoLonger},
        {"k8s.pod.name", FieldType::text, kSuggested, "The name of the container's pod."},
        {"k8s.ns.name", FieldType::text, kSuggested, "The namespace of the container's pod."},
        {"k8s.pod.id", FieldType::text, {}, "The uid of the container's pod."},
        {"k8s.pod.uid", FieldType::text, {}, "The uid of the container's pod."},
        {"k8s.pod.sandbox_id",
         FieldType::text,
         {},
         "The first 12 characters of the id of the pod's sandbox."},
        {"k8s.pod.full_sandbox_id", FieldType::text, {}, "The whole id of the pod's sandbox."},
        {"k8s.pod.label", FieldType::text, kRequired, "One label of the pod."},
        {"k8s.pod.labels", FieldType::text, {}, "All labels of the pod."},
        {"k8s.pod.ip", FieldType::text, {}, "The pod's address."},
        {"k8s.pod.cni.json",
         FieldType::text,
         {},
         "What the network plugin said of the pod, as JSON."},
        {"k8s.rc.name", FieldType::text, kOld, kNoLonger},
        {"k8s.rc.id", FieldType::text, kOld, kNoLonger},
        {"k8s.rc.label", FieldType::text, kOldRequired, kNoLonger},
        {"k8s.rc.labels", FieldType::text, kOld, kNoLonger},
        {"k8s.svc.name", FieldType::text, kOld, kNoLonger},
        {"k8s.svc.id", FieldType::text, kOld, kNoLonger},
        {"k8s.svc.label", FieldType::text, kOldRequired, kNoLonger},
        {"k8s.svc.labels", FieldType::text, kOld, kNoLonger},
        {"k8s.ns.id", FieldType::text, kOld, kNoLonger},
        {"k8s.ns.label", FieldType::text, kOldRequired, kNoLonger},
        {"k8s.ns.labels", FieldType::text, kOld, kNoLonger},
        {"k8s.rs.name", FieldType::text, kOld, kNoLonger},
        {"k8s.rs.id", FieldType::text, kOld, kNoLonger},
        {"k8s.rs.label", FieldType::text, kOldRequired, kNoLonger},
        {"k8s.rs.labels", FieldType::text, kOld, kNoLonger},
        {"k8s.deployment.name", FieldType::text, kOld, kNoLonger},
        {"k8s.deployment.id", FieldType::text, kOld, kNoLonger},
        {"k8s.deployment.label", FieldType::text, kOldRequired, kNoLonger},
        {"k8s.deployment.labels", FieldType::text, kOld, kNoLonger},
    };
    return rows;
}

}  // namespace saker::lang
