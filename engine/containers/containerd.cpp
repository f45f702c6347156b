#include "engine/containers/containerd.h"

#include "engine/containers/image_name.h"
#include "engine/containers/json_walk.h"
#include "engine/containers/oci_spec.h"
#include "engine/containers/read_file.h"

namespace saker::containers {
namespace {

using nlohmann::json;

constexpr std::string_view kVersion = "v1";
constexpr std::string_view kDocker = "moby";  // Docker's namespace; it keeps names itself
constexpr size_t kLargestSpec = size_t{4} << 20;
constexpr size_t kLargestManifest = size_t{1} << 20;
constexpr int kAttempts = 5;

std::string text_or_nothing(const Result<std::optional<std::string>>& read) {
    return read && *read ? **read : std::string();
}

}  // namespace

Containerd::Containerd(std::string root, std::string state)
    : root_(std::move(root)), state_(std::move(state)) {}

bool Containerd::may_know(std::string_view type) const {
    return type.empty() || type == "containerd" || type == "docker";
}

bool Containerd::is_here() const {
    return exists(state_ + "/io.containerd.runtime.v2.task");
}

std::string Containerd::namespace_of(const std::string& id) const {
    const std::string tasks = state_ + "/io.containerd.runtime.v2.task/";
    for (const std::string& space : names_in(tasks)) {
        if (exists(tasks + space + "/" + id + "/config.json")) {
            return space;
        }
    }
    return "";
}

Result<std::optional<ContainerFacts>> Containerd::find(const std::string& id) {
    const std::string space = namespace_of(id);
    if (space.empty()) {
        return std::optional<ContainerFacts>();
    }
    const auto spec =
        read_file(state_ + "/io.containerd.runtime.v2.task/" + space + "/" + id + "/config.json",
                  kLargestSpec);
    if (!spec) {
        return spec.error();
    }
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        ContainerFacts facts;
        facts.is_known = true;
        facts.type = space == kDocker ? "docker" : "containerd";
        add_spec(parse_json(*spec ? **spec : ""), facts);
        auto read = add_database(space, id, facts);
        if (!read) {
            return read.error();
        }
        if (*read) {
            return std::optional(std::move(facts));
        }
    }
    // It is being written to all the time: the next look may have more luck.
    return std::optional<ContainerFacts>();
}

/// False when the database changed meanwhile, and what was read may be nonsense.
Result<bool> Containerd::add_database(const std::string& space, const std::string& id,
                                      ContainerFacts& facts) const {
    auto database = BoltFile::open(root_ + "/io.containerd.metadata.v1.bolt/meta.db");
    if (!database) {
        return database.error();
    }
    auto labels = database->entries({kVersion, space, "containers", id, "labels"});
    auto image = database->value({kVersion, space, "containers", id}, "image");
    if (labels && image) {
        facts.labels = *std::move(labels);
        if (facts.image_repository.empty()) {
            set_image(image->value_or(""), facts);
        }
    }
    const auto add_record = [&](const std::string& container, std::string_view what) {
        add_plugin_record(text_or_nothing(database->value(
                              {kVersion, space, "containers", container, "extensions"}, what)),
                          facts);
    };
    add_record(id, "io.cri-containerd.container.metadata");
    add_record(facts.sandbox_id.empty() ? id : facts.sandbox_id,
               "io.cri-containerd.sandbox.metadata");
    auto image_read = add_image(*database, space, facts);
    const bool is_whole = database->is_newest();
    if (is_whole && (!labels || !image || !image_read)) {
        return !labels ? labels.error() : !image ? image.error() : image_read.error();
    }
    for (const auto& [key, value] : facts.labels) {
        if (key == "nerdctl/name" && facts.name.empty()) {
            facts.name = value;
        }
    }
    add_pod(facts.labels, facts);
    if (facts.name.empty() && space != kDocker) {
        facts.name = id;  // `ctr` names containers by their ids
    }
    return is_whole;
}

Result<void> Containerd::add_image(const BoltFile& database, const std::string& space,
                                   ContainerFacts& facts) const {
    if (facts.image.empty()) {
        return {};
    }
    auto digest = database.value({kVersion, space, "images", facts.image, "target"}, "digest");
    if (!digest) {
        return digest.error();
    }
    if (*digest) {
        facts.image_digest = **digest;
        if (facts.image_id.empty()) {
            facts.image_id = image_id_of(**digest);
        }
    }
    return {};
}

/// An image's id is its configuration's digest, which its manifest names; in an index of several
/// platforms, the manifest that is here.
std::string Containerd::image_id_of(const std::string& digest) const {
    const std::string blobs = root_ + "/io.containerd.content.v1.content/blobs/sha256/";
    const auto document = [&](const std::string& of) {
        const bool is_digest = is_image_id(of) && of.starts_with("sha256:");
        return parse_json(
            is_digest ? text_or_nothing(read_file(blobs + of.substr(7), kLargestManifest)) : "");
    };
    const json first = document(digest);
    std::string id = text_below(first, {"config", "digest"});
    for (const json& entry : below(first, {"manifests"})) {
        if (id.empty()) {
            id = text_below(document(text_below(entry, {"digest"})), {"config", "digest"});
        }
    }
    return std::string(short_image_id(id));
}

void add_plugin_record(std::string_view record, ContainerFacts& facts) {
    const size_t begin = record.find('{');
    const size_t end = record.rfind('}');
    if (begin == record.npos || end == record.npos || end < begin) {
        return;
    }
    const json document = parse_json(record.substr(begin, end - begin + 1));
    const json& metadata = below(document, {"Metadata"});
    const std::string image = text_below(metadata, {"ImageRef"});
    if (is_image_id(image)) {
        facts.image_id = short_image_id(image);
    }
    if (const auto privileged =
            truth_below(metadata, {"Config", "linux", "security_context", "privileged"});
        privileged && metadata.contains("ImageRef")) {
        facts.privileged = privileged;
    }
    if (metadata.contains("IP") || metadata.contains("CNIResult")) {
        facts.address = text_below(metadata, {"IP"});
        const json& network = below(metadata, {"CNIResult"});
        facts.network_result =
            network.is_null() ? "" : network.dump(-1, ' ', false, json::error_handler_t::replace);
    }
    if (!metadata.contains("SandboxID")) {
        facts.pod_labels = labels_below(metadata, {"Config", "labels"});
        const std::string uid = text_below(metadata, {"Config", "metadata", "uid"});
        facts.pod_uid = facts.pod_uid.empty() ? uid : facts.pod_uid;
    }
}

}  // namespace saker::containers
