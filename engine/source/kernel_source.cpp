#include "engine/source/kernel_source.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <set>
#include <string_view>

#include "engine/source/proc_snapshot.h"
#include "engine/source/snapshot.h"

namespace saker {

namespace {

constexpr size_t kBulkBatch = 512;
constexpr int kBatchMilliseconds = 1;
constexpr int kSeedingRounds = 64;
constexpr std::array<std::string_view, LOSS_COUNT> kReasons{
    "the ring was full", "nested too deeply", "the record was too large", "shed"};

Result<Fd> watch_rings(const ProbeObject& object) {
    Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
    for (const char* ring : {"critical_ring", "bulk_ring"}) {
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, object.map_fd(ring), &event) != 0) {
            return Error{std::strerror(errno), "", {}, ErrorKind::kernel}.within(
                "watching the rings");
        }
    }
    return epoll;
}

/// Without the life of processes nothing can be said of them at all.
Result<void> check_needed(const HookLadder& ladder) {
    for (const auto& standing : ladder.standings()) {
        if (!standing.hook.always || standing.rung()) {
            continue;
        }
        Error error{"the kernel takes no hook for " + standing.hook.name};
        bool all_privileges = !standing.tried.empty();
        for (const auto& tried : standing.tried) {
            error.hint += tried.rung + ": " + tried.error + "; ";
            all_privileges &= tried.error == std::strerror(EPERM);
        }
        error.kind = all_privileges ? ErrorKind::privileges : ErrorKind::kernel;
        return error;
    }
    return {};
}

/// A process and all its descendants, of those there are.
std::set<uint32_t> subtree(const std::vector<tree_node>& all, uint32_t root) {
    std::set<uint32_t> members;
    for (const tree_node& node : all) {
        if (node.known_as == root) {
            members.insert(node.pid);
        }
    }
    for (bool grew = !members.empty(); grew;) {
        grew = false;
        for (const tree_node& node : all) {
            grew |= members.count(node.parent) && members.insert(node.pid).second;
        }
    }
    return members;
}

}  // namespace

KernelSource::KernelSource(KernelOptions options, LoadedProbes probes, Fd waiting,
                           CgroupHierarchy hierarchy)
    : options_(std::move(options)),
      probes_(std::move(probes)),
      more_(std::move(probes_.more)),
      waiting_(std::move(waiting)),
      hierarchy_(std::move(hierarchy)) {}

Result<std::unique_ptr<KernelSource>> KernelSource::open(const KernelOptions& options) {
    CgroupHierarchy hierarchy = CgroupHierarchy::of_runtimes();
    auto probes = load_probes(options, hierarchy);
    if (!probes) {
        return probes.error();
    }
    HookLadder all = probes->first.ladder;
    for (const HookPart& part : probes->more) {
        all.join(part.ladder);
    }
    if (auto needed = check_needed(all); !needed) {
        return needed.error();
    }
    auto waiting = watch_rings(probes->first.object);
    if (!waiting) {
        return waiting.error();
    }
    std::unique_ptr<KernelSource> source(
        new KernelSource(options, *std::move(probes), *std::move(waiting), std::move(hierarchy)));
    if (options.scope.kind == Scope::Kind::processes) {
        auto seeded = source->seed_scope(options.scope.pid);
        if (!seeded) {
            return seeded.error();
        }
    }
    if (!source->probes_.snapshot_program.empty()) {
        auto iterated = source->probes_.first.object.iterate(source->probes_.snapshot_program);
        if (!iterated) {
            return iterated.error();
        }
        source->snapshot_ = *std::move(iterated);
    } else {
        source->snapshot_ = snapshot_of_proc(source->hierarchy_, options.extras.environment);
        source->probes_.snapshot_has_texts = true;
    }
    return source;
}

Result<void> KernelSource::seed_scope(pid_t root) {
    const int marks = probes_.first.object.map_fd("scope_processes");
    std::set<uint32_t> known;
    // The kernel marks the children of those marked; who was made before his parent was marked is
    // found in the next round.
    for (int round = 0; round < kSeedingRounds; ++round) {
        auto tree = probes_.has_tree ? process_tree(probes_.first.object) : tree_of_proc();
        if (!tree) {
            return tree.error();
        }
        const std::set<uint32_t> members = subtree(*tree, static_cast<uint32_t>(root));
        if (members.empty()) {
            return Error{"there is no process " + std::to_string(root),
                         "the scope pid:N is process N and all its descendants"};
        }
        const size_t before = known.size();
        for (const uint32_t pid : members) {
            if (known.insert(pid).second) {
                constexpr uint32_t kMark = PROCESS_in_scope;
                bpf_map_update_elem(marks, &pid, &kMark, BPF_NOEXIST);
            }
        }
        if (known.size() == before) {
            for (const uint32_t pid : known) {
                if (!members.count(pid)) {  // ended before its mark could end with it
                    bpf_map_delete_elem(marks, &pid);
                }
            }
            return {};
        }
    }
    return {};
}

Result<size_t> KernelSource::poll(RecordSink& sink, int wait_ms) {
    if (!snapshot_.empty() || !probes_.early.empty()) {
        return hand_over_first(sink);
    }
    if (const size_t records = drain(sink)) {
        was_busy_ = true;
        return records;
    }
    if (was_busy_ && wait_ms > 0) {
        // Busy a moment ago: what comes in the next instant is taken together.
        sleep(CONSUMER_batching, kBatchMilliseconds);
        was_busy_ = false;
        if (const size_t records = drain(sink)) {
            was_busy_ = true;
            return records;
        }
    }
    if (wait_ms > 0) {
        // A record whose maker looked just before we said that we sleep wakes nobody: look once
        // more.
        sleep(CONSUMER_idle, std::min(wait_ms, kBatchMilliseconds));
        if (probes_.critical.waiting() == 0 && probes_.bulk.waiting() == 0) {
            sleep(CONSUMER_idle, wait_ms);
        }
    }
    const size_t records = drain(sink);
    was_busy_ = records != 0;
    return records;
}

void KernelSource::poll_critical(RecordSink& sink) {
    probes_.critical.read(sink, SIZE_MAX);
}

size_t KernelSource::hand_over_first(RecordSink& sink) {
    size_t records = hand_over_snapshot(snapshot_, probes_.snapshot_has_texts, sink);
    std::span<const std::byte> early = probes_.early;
    while (early.size() >= sizeof(event_header)) {
        event_header header;
        std::memcpy(&header, early.data(), sizeof(header));
        sink.take(early.first(header.size));
        early = early.subspan(header.size);
        ++records;
    }
    snapshot_ = {};
    probes_.early = {};
    return records;
}

size_t KernelSource::drain(RecordSink& sink) {
    if (canaries_.is_open()) {
        CanaryTray::Sieve sieve(canaries_, sink);
        const size_t critical = probes_.critical.read(sieve, SIZE_MAX);
        return critical + probes_.bulk.read(sieve, kBulkBatch);
    }
    const size_t critical = probes_.critical.read(sink, SIZE_MAX);
    return critical + probes_.bulk.read(sink, kBulkBatch);
}

void KernelSource::sleep(uint32_t state, int milliseconds) {
    uint32_t& sleeping = probes_.first.object.shared().sleeping;
    __atomic_store_n(&sleeping, state, __ATOMIC_SEQ_CST);
    const bool nothing_yet = state == CONSUMER_batching ||
                             (probes_.critical.waiting() == 0 && probes_.bulk.waiting() == 0);
    if (nothing_yet) {
        epoll_event event{};
        ::epoll_wait(waiting_.get(), &event, 1, milliseconds);
    }
    __atomic_store_n(&sleeping, CONSUMER_awake, __ATOMIC_SEQ_CST);
}

namespace {

/// Rows of the map `losses`, summed up over the CPUs.
class LossRows {
  public:
    explicit LossRows(const ProbeObject& object)
        : map_(object.map_fd("losses")),
          by_cpu_(static_cast<size_t>(std::max(libbpf_num_possible_cpus(), 1))) {}

    uint64_t count(uint32_t event, uint32_t reason) {
        const uint32_t row = event * uint32_t{LOSS_COUNT} + reason;
        return bpf_map_lookup_elem(map_, &row, by_cpu_.data()) == 0
                   ? std::accumulate(by_cpu_.begin(), by_cpu_.end(), uint64_t{0})
                   : 0;
    }

  private:
    int map_;
    std::vector<uint64_t> by_cpu_;
};

}  // namespace

std::vector<RecordLoss> KernelSource::losses() const {
    LossRows rows(probes_.first.object);
    std::vector<RecordLoss> found;
    for (uint32_t event = 0; event < EVENT_COUNT; ++event) {
        for (uint32_t reason = 0; reason < LOSS_COUNT; ++reason) {
            const uint64_t count = reason == LOSS_shed ? 0 : rows.count(event, reason);
            if (count != 0) {
                found.push_back(
                    {static_cast<event_id>(event), std::string(kReasons[reason]), count});
            }
        }
    }
    return found;
}

void KernelSource::shed(const EventSet& events) {
    control& shared = probes_.first.object.shared();
    for (uint32_t event = 0; event < EVENT_COUNT; ++event) {
        __atomic_store_n(&shared.shed[event], events.test(event) ? 1 : 0, __ATOMIC_RELAXED);
    }
    ever_shed_ |= events;
}

std::vector<RecordLoss> KernelSource::shed_counts() const {
    LossRows rows(probes_.first.object);
    std::vector<RecordLoss> found;
    for (uint32_t event = 0; event < EVENT_COUNT; ++event) {
        if (ever_shed_.test(event)) {
            found.push_back({static_cast<event_id>(event), std::string(kReasons[LOSS_shed]),
                             rows.count(event, LOSS_shed)});
        }
    }
    return found;
}

}  // namespace saker
