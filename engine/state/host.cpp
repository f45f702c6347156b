#include "engine/state/host.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace saker {
namespace {

uint64_t nanoseconds(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

uint32_t namespace_number(const char* link) {
    struct stat found {};
    return ::stat(link, &found) == 0 ? static_cast<uint32_t>(found.st_ino) : 0;
}

std::string host_name() {
    for (const char* variable : {"SAKER_HOSTNAME", "FALCO_HOSTNAME"}) {
        if (const char* name = std::getenv(variable); name && *name) {
            return name;
        }
    }
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

/// The namespace of the host's first process, or, where that is not shown, ours.
uint32_t host_namespace(const std::string& name) {
    const uint32_t first = namespace_number(("/proc/1/ns/" + name).c_str());
    return first != 0 ? first : namespace_number(("/proc/self/ns/" + name).c_str());
}

/// Runtimes use the second version where there is one alone, else the first's systemd hierarchy.
std::string cgroup_mount() {
    std::ifstream mounts("/proc/self/mounts");
    std::string device;
    std::string place;
    std::string type;
    std::string options;
    std::string rest;
    std::string version_two;
    while (mounts >> device >> place >> type >> options && std::getline(mounts, rest)) {
        if (type == "cgroup" && options.find("name=systemd") != std::string::npos) {
            return place;
        }
        if (type == "cgroup2" && version_two.empty()) {
            version_two = place;
        }
    }
    return version_two;
}

}  // namespace

Host this_host() {
    Host host;
    host.name = host_name();
    host.boot_time = boot_time_now();
    host.pid_namespace = host_namespace("pid");
    host.mount_namespace = host_namespace("mnt");
    host.is_live = true;
    host.cgroup_root = cgroup_mount();
    return host;
}

uint64_t boottime_now() {
    return nanoseconds(CLOCK_BOOTTIME);
}

uint64_t boot_time_now() {
    const uint64_t before = boottime_now();
    const uint64_t wall = nanoseconds(CLOCK_REALTIME);
    const uint64_t after = boottime_now();
    return wall - (before + (after - before) / 2);
}

}  // namespace saker
