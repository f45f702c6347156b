#include "cli/status.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace saker::cli {
namespace {

constexpr double kEngineLate = 5;  // seconds without a poll

double seconds_since(std::chrono::steady_clock::time_point then) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

double own_cpu_seconds() {
    rusage usage{};
    return ::getrusage(RUSAGE_SELF, &usage) == 0
               ? seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime)
               : 0;
}

Resources own_resources() {
    Resources resources;
    std::ifstream memory("/proc/self/statm");
    uint64_t total = 0;
    uint64_t resident = 0;
    memory >> total >> resident;
    resources.resident_bytes = resident * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
    resources.cpu_seconds = own_cpu_seconds();
    std::error_code failed;
    for ([[maybe_unused]] const auto& file :
         std::filesystem::directory_iterator("/proc/self/fd", failed)) {
        ++resources.open_files;
    }
    return resources;
}

bool Health::is_well() const {
    return since_progress < kEngineLate && since_canary < canary_late && silent_hooks == 0;
}

void StatusBoard::publish(Status status) {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
}

Status StatusBoard::read() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

Health StatusBoard::health() const {
    Health health;
    health.is_ready = is_ready_.load();
    health.since_progress = seconds_since(progressed_.load());
    health.since_canary = seconds_since(canary_.load());
    Status status = read();
    health.silent_hooks = status.troubles;
    health.canary_late = status.canary_late;
    health.outputs = std::move(status.outputs);
    return health;
}

std::string health_json(const Health& health) {
    nlohmann::ordered_json outputs = nlohmann::ordered_json::array();
    for (const OutputStatus& output : health.outputs) {
        outputs.push_back({{"name", output.name},
                           {"ok", output.is_well},
                           {"delivered", output.counts.delivered},
                           {"waiting", output.counts.queued + output.counts.spooled},
                           {"dropped", output.counts.dropped},
                           {"failed", output.counts.failed}});
    }
    const nlohmann::ordered_json all{{"status", health.is_well() ? "ok" : "failing"},
                                     {"ready", health.is_ready},
                                     {"seconds_since_engine_progress", health.since_progress},
                                     {"seconds_since_canary_seen", health.since_canary},
                                     {"silent_hooks", health.silent_hooks},
                                     {"outputs", outputs}};
    return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace saker::cli
