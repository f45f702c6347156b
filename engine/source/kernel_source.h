// Records from the kernel, as they are made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/fd.h"
#include "engine/source/kernel_options.h"
#include "engine/source/probe_loader.h"
#include "engine/source/source.h"

namespace saker {

/// Records that never reached us, by event and reason.
struct RecordLoss {
    event_id event;
    std::string reason;
    uint64_t count;
};

class KernelSource final : public Source {
  public:
    /// Loads and attaches what the wanted events need, proves each hook by an act of our own, and
    /// takes the snapshot: from its return on nothing in scope is missed. An error's kind says
    /// whether privileges are missing or the kernel refuses what nothing works without.
    static Result<std::unique_ptr<KernelSource>> open(const KernelOptions& options);

    /// The snapshot comes first, whole, at the first call.
    Result<size_t> poll(RecordSink& sink, int wait_ms) override;
    void poll_critical(RecordSink& sink) override;
    bool finished() const override { return false; }

    /// What was chosen for every hook, and why.
    std::vector<HookReport> hooks() const { return probes_.ladder.report(); }

    /// How the processes that were there already became known.
    const std::string& snapshot_hook() const { return probes_.snapshot_program; }

    std::vector<RecordLoss> losses() const;
    const CgroupHierarchy& hierarchy() const { return hierarchy_; }

    /// Bytes of the rings as mapped, each twice; they count as resident once touched.
    size_t mapped() const { return probes_.critical.mapped() + probes_.bulk.mapped(); }

  private:
    KernelSource(LoadedProbes probes, Fd waiting, CgroupHierarchy hierarchy);

    Result<void> seed_scope(pid_t root);
    size_t hand_over_first(RecordSink& sink);
    size_t drain(RecordSink& sink);
    void sleep(uint32_t state, int milliseconds);

    LoadedProbes probes_;
    Fd waiting_;  // epoll over both rings
    CgroupHierarchy hierarchy_;
    std::vector<std::byte> snapshot_;  // until the first poll
    bool was_busy_ = false;
};

}  // namespace saker
