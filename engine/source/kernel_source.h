// Records from the kernel, as they are made.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/fd.h"
#include "engine/source/canary_tray.h"
#include "engine/source/hook_watch.h"
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

/// How far the kernel had written into both rings at some moment.
struct RingEnds {
    uint64_t critical = 0;
    uint64_t bulk = 0;
};

/// Hooks prepared for other wanted events, not in force yet.
struct HookChange {
    EventSet wanted;
    CallSet calls;
    Extras extras{};
    std::vector<HookPart> added;
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
    void take_canary(std::span<const std::byte> record) override { watch_.take(record); }
    bool finished() const override { return false; }

    /// Loads, attaches and proves the hooks that other wanted events, and calls without a row,
    /// need. Called from another thread than poll's while that goes on: its polls bring the proofs.
    /// What is attached is not touched, and on an error all is as it was.
    Result<HookChange> prepare(const EventSet& wanted, const CallSet& calls, Extras extras);

    /// From poll's thread: what was prepared is in force, and hooks that no longer serve anything
    /// are gone. What is given back is closed when it dies, which takes a while.
    std::vector<HookPart> commit(HookChange change);

    /// What was prepared is not to be.
    void give_up(HookChange change);

    /// Looks after our hooks; see HookWatch. For the thread that opened the source, the main one,
    /// about once a second.
    void watch_hooks(bool is_time);

    /// Hooks that told of our acts once and do not any more; empty: all is well.
    const std::vector<HookTrouble>& troubles() const { return watch_.troubles(); }
    uint64_t canary_acts() const { return watch_.acts(); }

    /// From any thread: there will be no more polls, so whoever prepares fails at once.
    void end_preparing() { is_ending_.store(true); }

    /// What was chosen for every hook, and why.
    std::vector<HookReport> hooks() const;

    /// As asked for when it was opened; no change brings it.
    bool asked_twice() const { return options_.asked_twice; }

    /// How the processes that were there already became known.
    const std::string& snapshot_hook() const { return probes_.snapshot_program; }

    /// Records that were lost against our will.
    std::vector<RecordLoss> losses() const;

    /// From poll's thread: of these events, and of no others, no records are made for now; they are
    /// counted instead, and leave no gap in the numbers. Our own acts still tell. Takes no time.
    void shed(const EventSet& events);

    /// How many events were not told because they were shed; of each that ever was.
    std::vector<RecordLoss> shed_counts() const;

    /// What the probes cost; empty unless somebody told the kernel to measure it.
    std::vector<ProgramCost> costs() const;

    /// Bytes in both rings that are not read yet.
    uint64_t waiting() const { return probes_.critical.waiting() + probes_.bulk.waiting(); }

    /// Everything in the rings now is in front of these.
    RingEnds ends() const { return {probes_.critical.produced(), probes_.bulk.produced()}; }

    /// Was everything in front of these handed over?
    bool has_read(const RingEnds& ends) const {
        return probes_.critical.consumed() >= ends.critical && probes_.bulk.consumed() >= ends.bulk;
    }

    const CgroupHierarchy& hierarchy() const { return hierarchy_; }

    /// Bytes of the rings as mapped, each twice; they count as resident once touched.
    size_t mapped() const { return probes_.critical.mapped() + probes_.bulk.mapped(); }

  private:
    KernelSource(KernelOptions options, LoadedProbes probes, Fd waiting, CgroupHierarchy hierarchy);

    Result<void> seed_scope(pid_t root);
    size_t hand_over_first(RecordSink& sink);
    size_t drain(RecordSink& sink);
    void sleep(uint32_t state, int milliseconds);

    KernelOptions options_;
    LoadedProbes probes_;
    std::vector<HookPart> more_;  // what later rounds and reloads added
    CanaryTray canaries_;
    HookWatch watch_;
    struct {
        RingEnds ends{};    // behind all that the last act brought
        uint64_t lost = 0;  // until then
    } act_;
    std::atomic<bool> is_ending_ = false;
    Fd waiting_;  // epoll over both rings
    CgroupHierarchy hierarchy_;
    std::vector<std::byte> snapshot_;  // until the first poll
    bool was_busy_ = false;
    EventSet ever_shed_;
};

}  // namespace saker
