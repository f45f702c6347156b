// The container rows of the field catalogue.
#include "engine/lang/container_facts_reader.h"
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
    static const FieldFlags kTold{.from_runtime = true};
    static const FieldFlags kToldSuggested{.suggested = true, .from_runtime = true};
    static const FieldFlags kToldRequired{.bracket = Bracket::required, .from_runtime = true};
    static const FieldFlags kToldOld{.deprecated = true, .from_runtime = true};
    static const FieldFlags kOld{.deprecated = true};
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
        {"container.name", FieldType::text, kToldSuggested,
         "The container's name; `host` outside containers.",
         [](const Context& context) -> std::optional<std::string_view> {
             return container_of(context).is_host ? std::optional<std::string_view>("host")
                                                  : Fact<&ContainerFacts::name>{}(context);
         }},
        {"container.image", FieldType::text, kTold, "The image the container was made from.",
         Fact<&ContainerFacts::image>{}},
        {"container.image.id", FieldType::text, kTold, "The id of that image.",
         Fact<&ContainerFacts::image_id>{}},
        {"container.type", FieldType::text, kTold,
         "Which runtime's container it is, by its control group or else by who knows it: docker, "
         "podman, containerd, cri-o, lxc …; `host` outside containers.",
         [](const Context& context) -> std::optional<std::string_view> {
             const std::string_view type = container_of(context).type;
             return type.empty() ? Fact<&ContainerFacts::type>{}(context) : std::optional(type);
         }},
        {"container.privileged", FieldType::boolean, kTold,
         "Whether the container runs privileged.", Truth<&ContainerFacts::privileged>{}},
        {"container.mounts", FieldType::text, kTold, "All mounts of the container.",
         Fact<&ContainerFacts::all_mounts>{}},
        {"container.mount", FieldType::text, kToldRequired, "One mount, by its number or source.",
         [](const Context& context, const FieldArgument& argument, Values& out) {
             if (const ContainerMount* mount = mount_of(context, argument)) {
                 out.add(out.scratch().keep(text_of(*mount)));
             }
         }},
        {"container.mount.source", FieldType::text, kToldRequired,
         "Where a mount comes from, by its number or destination.",
         MountFact<&ContainerMount::source, &ContainerMount::destination>{}},
        {"container.mount.dest", FieldType::text, kToldRequired,
         "Where a mount lies in the container, by its number or source.",
         MountFact<&ContainerMount::destination>{}},
        {"container.mount.mode", FieldType::text, kToldRequired,
         "A mount's mode, by its number or source.", MountFact<&ContainerMount::mode>{}},
        {"container.mount.rdwr", FieldType::text, kToldRequired,
         "Whether a mount may be written, by its number or source.",
         MountFact<&ContainerMount::is_writable>{}},
        {"container.mount.propagation", FieldType::text, kToldRequired,
         "How a mount propagates, by its number or source.",
         MountFact<&ContainerMount::propagation>{}},
        {"container.image.repository", FieldType::text, kToldSuggested,
         "The image's name without its tag.", Fact<&ContainerFacts::image_repository>{}},
        {"container.image.tag", FieldType::text, kToldSuggested, "The image's tag.",
         Fact<&ContainerFacts::image_tag>{}},
        {"container.image.digest", FieldType::text, kTold, "The image's digest in its registry.",
         Fact<&ContainerFacts::image_digest>{}},
        {"container.healthcheck", FieldType::text, kToldOld,
         "The command by which the runtime tests the container's health.",
         Fact<&ContainerFacts::healthcheck>{}},
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
        {"container.ip", FieldType::text, kTold, "The container's or its pod's address.",
         Fact<&ContainerFacts::address>{}},
        {"container.cni.json", FieldType::text, kTold,
         "What the network plugin said of it, as JSON.", Fact<&ContainerFacts::network_result>{}},
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
        {"container.host_network", FieldType::boolean, kTold,
         "Whether the container shares the host's network namespace.",
         Truth<&ContainerFacts::host_network>{}},
        {"container.host_ipc", FieldType::boolean, kTold,
         "Whether the container shares the host's IPC namespace.",
         Truth<&ContainerFacts::host_ipc>{}},
        {"container.label", FieldType::text, kToldRequired, "One label of the container.",
         Label<&ContainerFacts::labels>{}},
        {"container.labels", FieldType::text, kTold, "All labels of the container.",
         Fact<&ContainerFacts::all_labels>{}},
        {"proc.is_container_healthcheck", FieldType::boolean, kOld, kNoLonger},
        {"proc.is_container_liveness_probe", FieldType::boolean, kOld, kNoLonger},
        {"proc.is_container_readiness_probe", FieldType::boolean, kOld, kNoLonger},
    };
    return rows;
}

}  // namespace saker::lang
