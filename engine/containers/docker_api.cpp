#include "engine/containers/docker_api.h"

#include <algorithm>

#include "engine/containers/image_name.h"
#include "engine/containers/json_walk.h"
#include "engine/containers/oci_spec.h"
#include "engine/containers/read_file.h"

namespace saker::containers {
namespace {

using nlohmann::json;

constexpr long kFound = 200;
constexpr long kNotThere = 404;

/// The default network's address, or that of the first network there is.
std::string address_of(const json& inspected) {
    std::string address = text_below(inspected, {"NetworkSettings", "IPAddress"});
    const json& networks = below(inspected, {"NetworkSettings", "Networks"});
    for (auto at = networks.begin(); address.empty() && at != networks.end(); ++at) {
        address = text_below(*at, {"IPAddress"});
    }
    return address;
}

std::string healthcheck_of(const json& inspected) {
    std::string command;
    for (const json& word : below(inspected, {"Config", "Healthcheck", "Test"})) {
        if (word.is_string() && word != "CMD" && word != "CMD-SHELL" && word != "NONE") {
            command += (command.empty() ? "" : " ") + word.get<std::string>();
        }
    }
    return command;
}

void add_mounts(const json& inspected, ContainerFacts& facts) {
    for (const json& mount : below(inspected, {"Mounts"})) {
        facts.mounts.push_back({text_below(mount, {"Source"}), text_below(mount, {"Destination"}),
                                text_below(mount, {"Mode"}),
                                truth_below(mount, {"RW"}).value_or(true) ? "true" : "false",
                                text_below(mount, {"Propagation"})});
    }
}

std::optional<bool> is_host(const json& inspected, const char* mode) {
    const std::string text = text_below(inspected, {"HostConfig", mode});
    return text.empty() ? std::nullopt : std::optional(text == "host");
}

}  // namespace

ContainerFacts facts_of_inspection(std::string_view text) {
    const json inspected = parse_json(text);
    ContainerFacts facts;
    facts.is_known = inspected.is_object();
    facts.name = text_below(inspected, {"Name"});
    if (facts.name.starts_with('/')) {
        facts.name.erase(0, 1);
    }
    set_image(text_below(inspected, {"Config", "Image"}), facts);
    facts.image_id = short_image_id(text_below(inspected, {"Image"}));
    facts.address = address_of(inspected);
    facts.healthcheck = healthcheck_of(inspected);
    facts.privileged = truth_below(inspected, {"HostConfig", "Privileged"});
    facts.host_pid = is_host(inspected, "PidMode");
    facts.host_network = is_host(inspected, "NetworkMode");
    facts.host_ipc = is_host(inspected, "IpcMode");
    add_mounts(inspected, facts);
    facts.labels = labels_below(inspected, {"Config", "Labels"});
    add_pod(facts.labels, facts);  // where an engine serves Kubernetes, pods are in labels
    return facts;
}

void add_image_inspection(std::string_view text, ContainerFacts& facts) {
    const json inspected = parse_json(text);
    if (facts.image_repository.empty()) {
        const std::string as_asked = facts.image;
        for (const json& tag : below(inspected, {"RepoTags"})) {
            if (tag.is_string()) {
                set_image(tag.get<std::string>(), facts);
                facts.image = as_asked;
                break;
            }
        }
    }
    for (const json& digest : below(inspected, {"RepoDigests"})) {
        const std::string whole = digest.is_string() ? digest.get<std::string>() : "";
        const size_t at = whole.find('@');
        const bool is_of_repository = whole.substr(0, at) == facts.image_repository;
        if (at != whole.npos && (facts.image_digest.empty() || is_of_repository)) {
            facts.image_digest = whole.substr(at + 1);
        }
    }
}

DockerApi::DockerApi(std::string type, std::string socket)
    : type_(std::move(type)), http_(std::move(socket)) {}

bool DockerApi::is_here() const {
    return exists(http_.socket());
}

Result<std::optional<ContainerFacts>> DockerApi::find(const std::string& id) {
    auto answer = http_.get("/containers/" + id + "/json");
    if (!answer) {
        return answer.error();
    }
    if (answer->status == kNotThere) {
        return std::optional<ContainerFacts>();
    }
    if (answer->status != kFound) {
        return Error{http_.socket() + ": answered " + std::to_string(answer->status)};
    }
    const json inspected = parse_json(answer->body);
    // A name or the beginning of an id finds a container too: not the one asked about.
    if (text_below(inspected, {"Id"}) != id) {
        return std::optional<ContainerFacts>();
    }
    ContainerFacts facts = facts_of_inspection(answer->body);
    facts.type = type_;
    ask_about_image(text_below(inspected, {"Image"}), facts);
    return std::optional(std::move(facts));
}

void DockerApi::ask_about_image(const std::string& id, ContainerFacts& facts) {
    if (!is_image_id(id)) {
        return;
    }
    if (const auto answer = http_.get("/images/" + id + "/json");
        answer && answer->status == kFound) {
        add_image_inspection(answer->body, facts);
    }
}

}  // namespace saker::containers
