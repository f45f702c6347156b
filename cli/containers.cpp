#include "cli/containers.h"

#include <chrono>

#include "engine/containers/container_storage.h"
#include "engine/containers/containerd.h"
#include "engine/containers/docker_api.h"
#include "engine/containers/runc_state.h"

namespace saker::cli {

std::unique_ptr<containers::Lookup> start_lookup(const config::ContainerSettings& settings) {
    if (!settings.enabled) {
        return nullptr;
    }
    // Who knows most is asked first.
    std::vector<std::unique_ptr<containers::Runtime>> runtimes;
    for (const std::string& socket : settings.docker_sockets) {
        runtimes.push_back(std::make_unique<containers::DockerApi>("docker", socket));
    }
    for (const std::string& socket : settings.podman_sockets) {
        runtimes.push_back(std::make_unique<containers::DockerApi>("podman", socket));
    }
    for (const config::ContainerdFolders& folders : settings.containerd) {
        runtimes.push_back(std::make_unique<containers::Containerd>(folders.root, folders.state));
    }
    if (!settings.storage_folders.empty()) {
        runtimes.push_back(
            std::make_unique<containers::ContainerStorage>(settings.storage_folders));
    }
    for (const std::string& folder : settings.runc_folders) {
        runtimes.push_back(std::make_unique<containers::RuncState>(folder));
    }
    return std::make_unique<containers::Lookup>(
        std::move(runtimes), std::chrono::milliseconds(settings.wait_milliseconds));
}

std::vector<std::string> take_errors(containers::Lookup* lookup) {
    return lookup ? lookup->take_errors() : std::vector<std::string>();
}

void ContainerWatch::take(std::span<const std::byte> record) {
    next_.take(record);
    const std::optional<Event> event = asker_ ? Event::parse(record) : std::nullopt;
    if (!event) {
        return;
    }
    const uint64_t now = event->header().time;
    if (const auto named = cgroup_named_by(*event)) {
        if (const Container* made = cgroups_.learn(named->id, named->path)) {
            containers_.of(*made, now);
        }
    }
    const Container& container = cgroups_.container(event->header());
    if (!container.is_host && !container.is_unknown) {
        containers_.of(container, now);
    }
}

}  // namespace saker::cli
