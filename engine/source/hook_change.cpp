// How the hooks of a running source change: what stays is not touched, so that nothing is lost or
// told twice.
#include <bpf/bpf.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iterator>
#include <numeric>
#include <thread>

#include "engine/source/hook_attach.h"
#include "engine/source/kernel_source.h"
#include "engine/source/probe_knobs.h"

namespace saker {

namespace {

/// The rings are read by whoever polls; it is enough to wait until what was there is read.
class RunningIntake final : public CanaryIntake {
  public:
    RunningIntake(CanaryTray& tray, const LoadedProbes& probes, const std::atomic<bool>& is_ending)
        : tray_(tray), probes_(probes), is_ending_(is_ending) {
        tray_.open();
    }
    ~RunningIntake() override { tray_.close(); }
    RunningIntake(const RunningIntake&) = delete;
    RunningIntake& operator=(const RunningIntake&) = delete;

    Result<void> collect(const ProbeObject&, CanaryWatch& watch) override {
        using Clock = std::chrono::steady_clock;
        constexpr std::chrono::seconds kPatience{10};
        const Clock::time_point deadline = Clock::now() + kPatience;
        for (const RingReader* ring : {&probes_.critical, &probes_.bulk}) {
            const uint64_t end = ring->produced();
            while (ring->consumed() < end) {
                if (Clock::now() > deadline || is_ending_) {
                    return Error{"the rings were not read in time to prove hooks"};
                }
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        }
        hand_over(watch);
        tray_.open();  // for the next round, if a hook steps down
        return {};
    }

  private:
    void hand_over(CanaryWatch& watch) {
        const std::vector<std::byte> records = tray_.close();
        std::span<const std::byte> left = records;
        while (left.size() >= sizeof(event_header)) {
            event_header header;
            std::memcpy(&header, left.data(), sizeof(header));
            watch.take(left.first(header.size));
            left = left.subspan(header.size);
        }
    }

    CanaryTray& tray_;
    const LoadedProbes& probes_;
    const std::atomic<bool>& is_ending_;
};

uint64_t lost_records(const std::vector<RecordLoss>& losses) {
    return std::accumulate(losses.begin(), losses.end(), uint64_t{0},
                           [](uint64_t sum, const RecordLoss& loss) { return sum + loss.count; });
}

}  // namespace

Result<HookChange> KernelSource::prepare(const EventSet& wanted, const CallSet& calls,
                                         Extras extras) {
    HookChange change{wanted, calls, extras, {}};
    std::vector<HookPart*> present{&probes_.first};
    std::vector<const HookLadder*> ladders{&probes_.first.ladder};
    for (HookPart& part : more_) {
        present.push_back(&part);
        ladders.push_back(&part.ladder);
    }
    control& shared = probes_.first.object.shared();
    // Both until it is settled: what the old rules do not want they do not match.
    fill_wanted(shared, options_.wanted | wanted, options_.calls | calls, options_.extras | extras);
    if (HookLadder(wanted, ladders, options_.asked_twice).standings().empty()) {
        return change;
    }
    KernelOptions options = options_;
    options.wanted = wanted;
    options.calls = calls;
    RunningIntake intake(canaries_, probes_, is_ending_);
    auto added = load_more_probes(options, hierarchy_, present, intake);
    if (!added) {
        fill_wanted(shared, options_.wanted, options_.calls, options_.extras);
        return added.error();
    }
    change.added = *std::move(added);
    return change;
}

void KernelSource::give_up(HookChange change) {
    control& shared = probes_.first.object.shared();
    for (HookPart& part : change.added) {
        for (const HookLadder::Standing& standing : part.ladder.standings()) {
            take_out(part.object, shared, standing);
        }
    }
    fill_wanted(shared, options_.wanted, options_.calls, options_.extras);
}

std::vector<HookPart> KernelSource::commit(HookChange change) {
    control& shared = probes_.first.object.shared();
    options_.wanted = change.wanted;
    options_.calls = change.calls;
    options_.extras = change.extras;
    fill_wanted(shared, options_.wanted, options_.calls, options_.extras);
    std::ranges::move(change.added, std::back_inserter(more_));
    std::vector<HookPart*> parts{&probes_.first};
    for (HookPart& part : more_) {
        parts.push_back(&part);
    }
    bool dispatches = false;
    for (HookPart* part : parts) {
        for (const HookLadder::Standing& gone : part->ladder.remove_all_but(options_.wanted)) {
            take_out(part->object, shared, gone);
        }
        dispatches |= std::ranges::any_of(part->ladder.standings(), [](const auto& standing) {
            return standing.rung() && standing.rung()->kind == HookKind::syscall_dispatcher;
        });
    }
    for (HookPart* part : parts) {
        if (!dispatches) {
            part->object.detach(kDispatcher);
        }
    }
    std::vector<HookPart> over;
    std::vector<HookPart> kept;
    for (HookPart& part : more_) {
        const bool serves = !part.ladder.standings().empty() || part.object.has_attached();
        (serves ? kept : over).push_back(std::move(part));
    }
    more_ = std::move(kept);
    return over;
}

void KernelSource::watch_hooks(bool is_time) {
    std::vector<HookPart*> parts{&probes_.first};
    for (HookPart& part : more_) {
        parts.push_back(&part);
    }
    if (watch_.awaits_verdict() && !has_read(act_.ends)) {
        return;  // what the act brought still waits behind what others did
    }
    if (watch_.awaits_verdict() && lost_records(losses()) != act_.lost) {
        watch_.drop_act();  // what it brought may be among what was lost
    }
    watch_.step(parts, options_.wanted, is_time);
    if (watch_.awaits_verdict()) {
        act_ = {ends(), lost_records(losses())};
    }
}

std::vector<ProgramCost> KernelSource::costs() const {
    std::vector<ProgramCost> costs;
    probes_.first.object.add_costs(costs);
    for (const HookPart& part : more_) {
        part.object.add_costs(costs);
    }
    return costs;
}

std::vector<HookReport> KernelSource::hooks() const {
    std::vector<HookReport> all = probes_.first.ladder.report();
    for (const HookPart& part : more_) {
        std::ranges::move(part.ladder.report(), std::back_inserter(all));
    }
    return all;
}

}  // namespace saker
