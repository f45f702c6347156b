// The Kubernetes rows of the field catalogue.
#include "engine/lang/container_facts_reader.h"
#include "engine/lang/field.h"

namespace saker::lang {
namespace {

constexpr std::string_view kNoLonger = "Known so that old rules load; holds nothing.";
constexpr size_t kShortId = 12;

}  // namespace

std::span<const Field> kubernetes_fields() {
    static const FieldFlags kTold{.from_runtime = true};
    static const FieldFlags kToldSuggested{.suggested = true, .from_runtime = true};
    static const FieldFlags kToldRequired{.bracket = Bracket::required, .from_runtime = true};
    static const FieldFlags kOld{.deprecated = true};
    static const FieldFlags kOldRequired{.bracket = Bracket::required, .deprecated = true};
    static const Field rows[] = {
        {"k8s.pod.name", FieldType::text, kToldSuggested, "The name of the container's pod.",
         Fact<&ContainerFacts::pod_name>{}},
        {"k8s.ns.name", FieldType::text, kToldSuggested, "The namespace of the container's pod.",
         Fact<&ContainerFacts::pod_namespace>{}},
        {"k8s.pod.id", FieldType::text, kTold, "The uid of the container's pod.",
         Fact<&ContainerFacts::pod_uid>{}},
        {"k8s.pod.uid", FieldType::text, kTold, "The uid of the container's pod.",
         Fact<&ContainerFacts::pod_uid>{}},
        {"k8s.pod.sandbox_id", FieldType::text, kTold,
         "The first 12 characters of the id of the pod's sandbox.",
         [](const Context& context) -> std::optional<std::string_view> {
             const auto whole = Fact<&ContainerFacts::sandbox_id>{}(context);
             return whole ? std::optional(whole->substr(0, kShortId)) : std::nullopt;
         }},
        {"k8s.pod.full_sandbox_id", FieldType::text, kTold, "The whole id of the pod's sandbox.",
         Fact<&ContainerFacts::sandbox_id>{}},
        {"k8s.pod.label", FieldType::text, kToldRequired, "One label of the pod.",
         Label<&ContainerFacts::pod_labels>{}},
        {"k8s.pod.labels", FieldType::text, kTold, "All labels of the pod.",
         Fact<&ContainerFacts::all_pod_labels>{}},
        {"k8s.pod.ip", FieldType::text, kTold, "The pod's address.",
         Fact<&ContainerFacts::address>{}},
        {"k8s.pod.cni.json", FieldType::text, kTold,
         "What the network plugin said of the pod, as JSON.",
         Fact<&ContainerFacts::network_result>{}},
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
