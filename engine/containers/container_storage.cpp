#include "engine/containers/container_storage.h"

#include <algorithm>

#include "engine/containers/image_name.h"
#include "engine/containers/json_walk.h"
#include "engine/containers/oci_spec.h"
#include "engine/containers/read_file.h"

namespace saker::containers {
namespace {

using nlohmann::json;

constexpr size_t kLargestList = size_t{16} << 20;
constexpr size_t kLargestSpec = size_t{4} << 20;
constexpr std::string_view kContainers = "-containers";

/// The entry of that id in a list of entries; null when there is none.
json entry_of(const json& list, const std::string& id) {
    for (const json& entry : list) {
        if (text_below(entry, {"id"}) == id) {
            return entry;
        }
    }
    return {};
}

std::string first_name(const json& entry) {
    const json& names = below(entry, {"names"});
    return names.is_array() && !names.empty() && names[0].is_string() ? names[0].get<std::string>()
                                                                      : std::string();
}

}  // namespace

ContainerStorage::ContainerStorage(std::vector<std::string> folders)
    : folders_(std::move(folders)) {}

std::string ContainerStorage::name() const {
    return "container storage in " + (folders_.empty() ? std::string() : folders_.front());
}

bool ContainerStorage::may_know(std::string_view type) const {
    return type.empty() || type == "podman" || type == "cri-o";
}

bool ContainerStorage::is_here() const {
    return std::ranges::any_of(folders_, exists);
}

std::vector<ContainerStorage::Driver> ContainerStorage::drivers() const {
    std::vector<Driver> found;
    for (const std::string& folder : folders_) {
        for (const std::string& name : names_in(folder)) {
            if (name.ends_with(kContainers)) {
                found.push_back({folder, name.substr(0, name.size() - kContainers.size())});
            }
        }
    }
    return found;
}

Result<std::optional<ContainerFacts>> ContainerStorage::find(const std::string& id) {
    ContainerFacts facts;
    const std::vector<Driver> all = drivers();
    for (const Driver& driver : all) {
        const std::string place = driver.folder + "/" + driver.name + "-containers/" + id;
        const auto spec = read_file(place + "/userdata/config.json", kLargestSpec);
        if (!spec) {
            return spec.error();
        }
        if (*spec && !facts.host_pid) {
            const json document = parse_json(**spec);
            add_spec(document, facts);
            facts.type = text_below(document, {"annotations", "io.container.manager"}) == "cri-o"
                             ? "cri-o"
                             : "podman";
        }
    }
    for (const Driver& driver : all) {
        auto added = add_entry(driver, id, facts);
        if (!added) {
            return added.error();
        }
        facts.is_known = facts.is_known || *added;
    }
    // An entry comes before its spec: with half of it we look again.
    const bool is_whole = facts.is_known && facts.host_pid;
    return is_whole ? std::optional(std::move(facts)) : std::optional<ContainerFacts>();
}

Result<bool> ContainerStorage::add_entry(const Driver& driver, const std::string& id,
                                         ContainerFacts& facts) const {
    const std::string folder = driver.folder + "/" + driver.name + "-containers/";
    for (const char* list : {"containers.json", "volatile-containers.json"}) {
        const auto text = read_file(folder + list, kLargestList);
        if (!text) {
            return text.error();
        }
        const json entry = *text ? entry_of(parse_json(**text), id) : json();
        if (!entry.is_object()) {
            continue;
        }
        const json said = parse_json(text_below(entry, {"metadata"}));
        if (facts.name.empty()) {
            facts.name = first_name(entry);
        }
        if (facts.image_repository.empty()) {
            set_image(text_below(said, {"image-name"}), facts);
        }
        const std::string image = text_below(entry, {"image"});
        facts.image_id = short_image_id(image);
        auto added = add_image(image, facts);
        if (!added) {
            return added.error();
        }
        return true;
    }
    return false;
}

Result<void> ContainerStorage::add_image(const std::string& image, ContainerFacts& facts) const {
    for (const std::string& folder : folders_) {
        for (const std::string& name : names_in(folder)) {
            if (!name.ends_with("-images") || !facts.image_digest.empty()) {
                continue;
            }
            const auto text = read_file(folder + "/" + name + "/images.json", kLargestList);
            if (!text) {
                return text.error();
            }
            const json entry = *text ? entry_of(parse_json(**text), image) : json();
            facts.image_digest = text_below(entry, {"digest"});
            if (facts.image_repository.empty() && !first_name(entry).empty()) {
                const std::string digest = facts.image_digest;
                set_image(first_name(entry), facts);
                facts.image_digest = digest;
            }
        }
    }
    return {};
}

}  // namespace saker::containers
