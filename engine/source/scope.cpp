#include "engine/source/scope.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "probes/knobs.h"

namespace saker {

namespace {

namespace fs = std::filesystem;

constexpr size_t kShortestContainerId = 12;
constexpr const char* kControlGroups = "/sys/fs/cgroup";

constexpr std::array<std::string_view, HIERARCHY_COUNT> kHierarchyNames{
    "unified", "memory", "pids", "devices", "cpu", "freezer"};

bool is_unified(const std::string& folder) {
    struct statfs facts {};
    return ::statfs(folder.c_str(), &facts) == 0 && facts.f_type == CGROUP2_SUPER_MAGIC;
}

struct Mounted {
    std::string folder;
    std::string type;
    std::string options;
};

std::vector<Mounted> cgroup_mounts() {
    std::vector<Mounted> found;
    std::ifstream mounts("/proc/self/mounts");
    std::string line;
    while (std::getline(mounts, line)) {
        std::istringstream words(line);
        std::string device;
        Mounted mounted;
        words >> device >> mounted.folder >> mounted.type >> mounted.options;
        if (mounted.type == "cgroup" || mounted.type == "cgroup2") {
            found.push_back(std::move(mounted));
        }
    }
    return found;
}

/// The number of the hierarchy a mount shows, by the controllers among its options.
std::optional<uint32_t> number_of(const Mounted& mounted) {
    if (mounted.type == "cgroup2") {
        return HIERARCHY_unified;
    }
    std::istringstream options(mounted.options);
    for (std::string option; std::getline(options, option, ',');) {
        const auto* name = std::ranges::find(kHierarchyNames, option);
        if (name != kHierarchyNames.end()) {
            return static_cast<uint32_t>(name - kHierarchyNames.begin());
        }
    }
    return std::nullopt;
}

CgroupHierarchy hierarchy(uint32_t number, std::string folder) {
    return {number, std::string{kHierarchyNames[number]}, std::move(folder)};
}

Result<std::string> container_folder(std::string_view id) {
    const CgroupHierarchy hierarchy = CgroupHierarchy::of_runtimes();
    std::error_code error;
    const auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator at(hierarchy.folder, options, error), end;
         !error && at != end; at.increment(error)) {
        if (!at->is_directory(error)) {
            continue;
        }
        const std::string name = at->path().filename();
        const size_t place = name.find(id);
        // A runtime may put its own name before the id, with a dash, and `.scope` behind it.
        if (place != std::string::npos &&
            (place == 0 || name[place - 1] == '-' || name[place - 1] == ':')) {
            return at->path().string();
        }
    }
    return Error{"no running container has the id '" + std::string(id) + "'",
                 "its control group was looked for below " + hierarchy.folder};
}

}  // namespace

Result<Scope> Scope::parse(std::string_view text) {
    const std::string hint = "say host, pid:N, cgroup:PATH or container:ID";
    const size_t colon = text.find(':');
    const std::string_view kind = text.substr(0, colon);
    const std::string_view rest = colon == std::string_view::npos ? "" : text.substr(colon + 1);
    Scope scope;
    if (text == "host") {
        return scope;
    }
    if (kind == "pid") {
        const auto [end, failure] =
            std::from_chars(rest.data(), rest.data() + rest.size(), scope.pid);
        if (failure != std::errc{} || end != rest.data() + rest.size() || scope.pid <= 0) {
            return Error{"'" + std::string(rest) + "' is no process id", hint};
        }
        scope.kind = Kind::processes;
        return scope;
    }
    if (kind == "cgroup" && !rest.empty()) {
        scope.kind = Kind::cgroup;
        scope.folder = rest;
        if (!rest.starts_with(kControlGroups)) {
            scope.folder =
                (fs::path(CgroupHierarchy::of_runtimes().folder) / fs::path(rest).relative_path())
                    .string();
        }
        return scope;
    }
    if (kind == "container") {
        if (rest.size() < kShortestContainerId) {
            return Error{"a container id needs at least 12 characters", hint};
        }
        auto folder = container_folder(rest);
        if (!folder) {
            return folder.error();
        }
        scope.kind = Kind::cgroup;
        scope.folder = *std::move(folder);
        return scope;
    }
    return Error{"'" + std::string(text) + "' is no scope", hint};
}

CgroupHierarchy CgroupHierarchy::of_runtimes() {
    if (is_unified(kControlGroups)) {
        return hierarchy(HIERARCHY_unified, kControlGroups);
    }
    const std::vector<Mounted> mounts = cgroup_mounts();
    for (uint32_t number = HIERARCHY_memory; number < HIERARCHY_COUNT; ++number) {
        for (const Mounted& mounted : mounts) {
            if (number_of(mounted) == number) {
                return hierarchy(number, mounted.folder);
            }
        }
    }
    for (const Mounted& mounted : mounts) {
        if (mounted.type == "cgroup2") {
            return hierarchy(HIERARCHY_unified, mounted.folder);
        }
    }
    return hierarchy(HIERARCHY_unified, "");
}

Result<CgroupHierarchy> CgroupHierarchy::holding(const std::string& folder) {
    std::error_code error;
    const std::string real = fs::canonical(folder, error);
    if (error) {
        return Error{error.message(), "a control group's folder is needed"}.within(folder);
    }
    const Mounted* best = nullptr;
    const std::vector<Mounted> mounts = cgroup_mounts();
    for (const Mounted& mounted : mounts) {
        const bool holds = real == mounted.folder || real.starts_with(mounted.folder + "/");
        if (holds && (!best || mounted.folder.size() > best->folder.size())) {
            best = &mounted;
        }
    }
    if (!best) {
        return Error{"it is in no mounted control group hierarchy"}.within(folder);
    }
    const auto number = number_of(*best);
    if (!number) {
        return Error{"the kernel does not tell a task's group in this hierarchy",
                     "name the group in that of the memory, pids, devices, cpu or freezer "
                     "controller, or in the unified one"}
            .within(folder);
    }
    return hierarchy(*number, best->folder);
}

Result<uint64_t> cgroup_id(const std::string& folder) {
    struct {
        file_handle handle{};
        uint64_t room[16]{};
    } asked;
    int mount = 0;
    asked.handle.handle_bytes = sizeof(asked.room);
    if (::name_to_handle_at(AT_FDCWD, folder.c_str(), &asked.handle, &mount, 0) != 0 ||
        asked.handle.handle_bytes < sizeof(uint64_t)) {
        return Error{std::strerror(errno)}.within("asking for the number of " + folder);
    }
    uint64_t id = 0;
    std::memcpy(&id, asked.handle.f_handle, sizeof(id));
    return id;
}

}  // namespace saker
