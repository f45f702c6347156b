// What the daemon knows of itself, for those who ask from outside.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/deliveries.h"
#include "cli/heartbeat.h"
#include "engine/pipeline.h"
#include "engine/source/kernel_source.h"

namespace saker::cli {

struct RuleMatches {
    std::string rule;
    std::string priority;
    uint64_t matches = 0;
    uint64_t nanoseconds = 0;  // spent on its alerts
};

/// Taken once a second by the engine's thread.
struct Status {
    PipelineStats stats;
    std::vector<RecordLoss> losses;
    std::vector<RecordLoss> shed_counts;  // of events that were shed, now or before
    EventSet shed;                        // now
    uint32_t max_cpu_percent = 0;
    uint64_t budget_changes = 0;
    std::vector<HookReport> hooks;
    std::vector<ProgramCost> programs;  // none while the kernel does not measure
    std::vector<RuleMatches> rules;     // enabled ones
    std::vector<Talker> talkers;        // of the last window, busiest first
    std::vector<OutputStatus> outputs;
    double canary_late = 30;    // seconds without a canary that are too many
    size_t troubles = 0;        // hooks that told of our acts once and do not any more
    uint64_t ring_waiting = 0;  // bytes
    std::map<std::string, std::string> sums;  // SHA-256 of the loaded rule files
    uint64_t started = 0;                     // seconds since the epoch
    uint64_t loaded = 0;                      // rules and configuration, the same
    std::optional<BlindTime> blind{};         // before the start
    uint64_t reloads = 0;
    uint64_t reloads_failed = 0;
    std::chrono::steady_clock::time_point taken = std::chrono::steady_clock::now();
    std::chrono::nanoseconds window{0};  // since it was taken before
};

/// What the process uses.
struct Resources {
    uint64_t resident_bytes = 0;
    double cpu_seconds = 0;
    uint64_t open_files = 0;
};

Resources own_resources();

/// Of all threads, in user space and for us in the kernel.
double own_cpu_seconds();

/// Whether the daemon does its work.
struct Health {
    bool is_ready = false;
    double since_progress = 0;  // seconds; of the engine's thread
    double since_canary = 0;    // seconds since an act of ours came back as an event
    double canary_late = 30;    // seconds; several acts in a row
    size_t silent_hooks = 0;
    std::vector<OutputStatus> outputs;

    bool is_well() const;
};

/// Between the engine's thread and those that answer.
class StatusBoard {
  public:
    // The engine's thread:

    void publish(Status status);
    /// The engine goes on; cheap.
    void progress() { progressed_.store(Clock::now(), std::memory_order_relaxed); }
    void saw_canary() { canary_.store(Clock::now(), std::memory_order_relaxed); }
    void set_ready(bool ready) { is_ready_.store(ready); }

    // Any thread:

    Status read() const;
    Health health() const;

  private:
    using Clock = std::chrono::steady_clock;

    mutable std::mutex mutex_;
    Status status_;
    std::atomic<Clock::time_point> progressed_ = Clock::now();
    std::atomic<Clock::time_point> canary_ = Clock::now();
    std::atomic<bool> is_ready_ = false;
};

/// What `saker top` is made of: counts since the start, and the time they were taken.
std::string activity_json(const Status& status, const Health& health, const Resources& resources);

/// `{"status":"ok",…}`.
std::string health_json(const Health& health);

/// Prometheus' text format.
std::string metrics_text(const Status& status, const Health& health, const Resources& resources);

}  // namespace saker::cli
