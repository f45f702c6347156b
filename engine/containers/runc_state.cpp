#include "engine/containers/runc_state.h"

#include "engine/containers/json_walk.h"
#include "engine/containers/oci_spec.h"
#include "engine/containers/read_file.h"

namespace saker::containers {
namespace {

using nlohmann::json;

constexpr size_t kLargestSpec = size_t{4} << 20;

/// The state names the folder of the container's spec in a label of its own.
std::string bundle_of(const json& state) {
    constexpr std::string_view kLabel = "bundle=";
    for (const json& label : below(state, {"config", "labels"})) {
        const std::string text = label.is_string() ? label.get<std::string>() : "";
        if (text.starts_with(kLabel)) {
            return text.substr(kLabel.size());
        }
    }
    return "";
}

}  // namespace

RuncState::RuncState(std::string root) : root_(std::move(root)) {}

bool RuncState::is_here() const {
    return exists(root_);
}

Result<std::optional<ContainerFacts>> RuncState::find(const std::string& id) {
    const auto state = read_file(root_ + "/" + id + "/state.json", kLargestSpec);
    if (!state) {
        return state.error();
    }
    const std::string bundle = *state ? bundle_of(parse_json(**state)) : "";
    if (bundle.empty()) {
        return std::optional<ContainerFacts>();
    }
    const auto spec = read_file(bundle + "/config.json", kLargestSpec);
    if (!spec) {
        return spec.error();
    }
    ContainerFacts facts;
    facts.is_known = true;
    facts.name = id;
    facts.type = "runc";
    add_spec(parse_json(*spec ? **spec : ""), facts);
    return std::optional(std::move(facts));
}

}  // namespace saker::containers
