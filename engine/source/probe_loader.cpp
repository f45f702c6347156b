#include "engine/source/probe_loader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "engine/source/canary.h"
#include "engine/source/hook_attach.h"
#include "engine/source/probe_knobs.h"

namespace saker {

namespace {

constexpr uint32_t kInitialPidNamespace = 0xEFFFFFFC;
constexpr uint32_t kSlotsPerCpu = 2;
constexpr size_t kNoSnapshotProgram = 2;
constexpr uint32_t kWakeShare = 4;  // of a ring: so much waiting is not left to wait longer

uint32_t own_pid_namespace() {
    struct stat facts {};
    return ::stat("/proc/self/ns/pid", &facts) == 0 ? static_cast<uint32_t>(facts.st_ino) : 0;
}

void enable_rung(ProbeObject& object, const Rung& rung, const HookTrial& trial) {
    object.enable(rung.program);
    for (const Companion& companion : rung.companions) {
        if (companion.function.empty() || trial.has_function(companion.function)) {
            object.enable(companion.program);
        }
    }
}

class Loader {
  public:
    /// What is there shares its maps; nothing there: these are the first.
    Loader(const KernelOptions& options, const CgroupHierarchy& hierarchy, HookTrial trial,
           HookLadder ladder, const std::vector<HookPart*>& present, CanaryIntake& intake)
        : options_(options),
          hierarchy_(hierarchy),
          trial_(std::move(trial)),
          ladder_(std::move(ladder)),
          with_casts_(trial_.has_function("bpf_rdonly_cast")),
          present_(present),
          intake_(intake) {}

    struct Done {
        HookPart part;
        std::vector<std::byte> early;
        std::string snapshot_program;
        bool has_tree;
        bool snapshot_has_texts;
    };

    Result<Done> run() {
        drop_unwanted_kinds();
        while (true) {
            ladder_.settle(trial_);
            auto settled = attempt();
            if (!settled) {
                return settled.error();
            }
            if (settled->has_value()) {
                return **std::move(settled);
            }
        }
    }

  private:
    using Attempt = Result<std::optional<Done>>;

    void drop_unwanted_kinds() {
        for (auto& standing : ladder_.standings()) {
            auto& rungs = standing.hook.rungs;
            rungs.erase(std::remove_if(rungs.begin(), rungs.end(),
                                       [&](const Rung& rung) {
                                           return std::ranges::find(options_.without, rung.kind) !=
                                                  options_.without.end();
                                       }),
                        rungs.end());
        }
    }

    /// One round. Nothing inside means: some hook stepped down, and the round must be done again.
    Attempt attempt() {
        auto object = prepare();
        if (!object) {
            return object.error();
        }
        std::string culprit;
        auto loaded = object->load(culprit);
        if (!loaded) {
            return blame(culprit, std::move(loaded.error()));
        }
        if (auto introduced = introduce(*object); !introduced) {
            return introduced.error();
        }
        if (!attach_all(*object)) {
            withdraw(*object);
            return std::optional<Done>{};
        }
        return prove(std::move(*object));
    }

    /// What shares the maps of others must not leave anything in them.
    void withdraw(ProbeObject& object) {
        for (const HookLadder::Standing& standing : dispatched_) {
            put_into_dispatcher(object, object.shared(), standing, false);
        }
        dispatched_.clear();
    }

    Result<ProbeObject> prepare() {
        auto object = ProbeObject::open(with_casts_);
        if (!object) {
            return object;
        }
        auto filled = fill_knobs(object->settings(), options_, hierarchy_);
        if (!filled) {
            return filled.error();
        }
        for (const auto& standing : ladder_.standings()) {
            if (const Rung* rung = standing.rung()) {
                enable_rung(*object, *rung, trial_);
                object->settings().stashes |= standing.hook.stashes;
            }
        }
        if (object->settings().stashes == 0) {
            object->leave_out("stashes");  // older kernels have no such map
        }
        if (!options_.asked_twice) {
            object->leave_out("asked_names");
        }
        if (present_.empty()) {
            prepare_first(*object);
        } else {
            std::vector<const ProbeObject*> others;
            for (const HookPart* part : present_) {
                others.push_back(&part->object);
            }
            object->share_maps(others);
        }
        return object;
    }

    void prepare_first(ProbeObject& object) {
        const int cpus = libbpf_num_possible_cpus();
        object.resize("slots", kSlotsPerCpu * static_cast<uint32_t>(std::max(cpus, 1)));
        object.resize("critical_ring", options_.critical_ring);
        object.resize("bulk_ring", options_.bulk_ring);
        if (has_tree_) {
            object.enable("on_tree");
        }
        if (snapshot_program()) {
            object.enable(snapshot_program());
        }
    }

    const char* snapshot_program() const {
        constexpr const char* kPrograms[kNoSnapshotProgram + 1]{"on_snapshot", "on_snapshot_plain",
                                                                nullptr};
        return kPrograms[snapshot_rung_];
    }

    /// Who is to step down when loading failed; an error when nobody can.
    Attempt blame(const std::string& culprit, Error error) {
        if (has_tree_ && culprit == "on_tree") {
            has_tree_ = false;
            return std::optional<Done>{};
        }
        if (snapshot_program() && culprit == snapshot_program()) {
            snapshot_error_ += culprit + ": " + error.message + ": " + error.hint + "; ";
            ++snapshot_rung_;
            return std::optional<Done>{};
        }
        if (culprit.ends_with(kCastsSuffix)) {
            with_casts_ = false;
            return std::optional<Done>{};
        }
        const std::string why = error.message + ": " + error.hint;
        if (culprit.empty() || !ladder_.step_down_from(culprit, why)) {
            return error;
        }
        return std::optional<Done>{};
    }

    /// Tells the probes who we are: in a pid namespace of its own the daemon has another id than
    /// the kernel's hooks see.
    Result<void> introduce(ProbeObject& object) {
        control& shared = object.shared();
        if (!present_.empty()) {
            return {};  // they were told
        }
        fill_wanted(shared, options_.wanted, options_.calls, options_.environment);
        shared.wake[LANE_critical] = options_.critical_ring / kWakeShare;
        shared.wake[LANE_bulk] = options_.bulk_ring / kWakeShare;
        shared.own_pid_namespace = own_pid_namespace();
        shared.self_tgid = static_cast<uint32_t>(::getpid());
        if (shared.own_pid_namespace == kInitialPidNamespace) {
            return {};
        }
        if (!has_tree_) {
            return Error{"the kernel has no task iterator to find ourselves by",
                         "run in the host's pid namespace",
                         {},
                         ErrorKind::kernel};
        }
        auto tree = process_tree(object);
        if (!tree) {
            return tree.error();
        }
        for (const tree_node& node : *tree) {
            if (node.known_as == static_cast<uint32_t>(::getpid())) {
                shared.self_tgid = node.pid;
            }
        }
        return {};
    }

    bool attach_all(ProbeObject& object) {
        bool whole = true;
        dispatched_.clear();
        for (auto& standing : ladder_.standings()) {
            const Rung* rung = standing.rung();
            if (!rung) {
                continue;
            }
            if (rung->kind == HookKind::syscall_dispatcher) {
                put_into_dispatcher(object, object.shared(), standing, true);
                dispatched_.push_back(standing);
                continue;
            }
            auto attached = attach_rung(object, *rung);
            if (!attached) {
                ladder_.step_down(standing, attached.error().message);
                whole = false;
            }
        }
        if (whole && !dispatched_.empty()) {
            whole = attach_dispatcher(object);
        }
        return whole;
    }

    bool attach_dispatcher(ProbeObject& object) {
        for (const HookPart* part : present_) {
            if (part->object.is_attached(kDispatcher)) {
                return true;
            }
        }
        auto attached = object.attach(kDispatcher);
        if (attached) {
            return true;
        }
        for (auto& standing : ladder_.standings()) {
            const Rung* rung = standing.rung();
            if (rung && rung->kind == HookKind::syscall_dispatcher) {
                ladder_.step_down(standing, attached.error().message);
            }
        }
        return false;
    }

    Attempt prove(ProbeObject object) {
        std::vector<std::byte> early;
        CanaryWatch watch(early);
        act(object);
        if (auto collected = intake_.collect(object, watch); !collected) {
            withdraw(object);
            return collected.error();
        }
        bool whole = true;
        for (auto& standing : ladder_.standings()) {
            whole &= judge(standing, watch);
        }
        if (!whole) {
            withdraw(object);
            return std::optional<Done>{};
        }
        const char* program = snapshot_program();
        return std::optional<Done>{Done{{std::move(object), std::move(ladder_)},
                                        std::move(early),
                                        program ? program : "",
                                        has_tree_,
                                        snapshot_rung_ == 0}};
    }

    void act(ProbeObject& object) {
        EventSet acts;
        for (const auto& standing : ladder_.standings()) {
            if (standing.rung()) {
                acts |= (standing.hook.events | standing.hook.supports) & wanted_or_life(standing);
            }
        }
        auto& canary = object.shared().canary;
        __atomic_fetch_add(&canary, 1, __ATOMIC_SEQ_CST);
        act_for(acts);
        __atomic_fetch_sub(&canary, 1, __ATOMIC_SEQ_CST);
    }

    EventSet wanted_or_life(const HookLadder::Standing& standing) const {
        return standing.hook.always ? standing.hook.events : options_.wanted;
    }

    /// A silent hook steps down, unless nothing below it holds: better silent than not there.
    bool judge(HookLadder::Standing& standing, const CanaryWatch& watch) {
        if (!standing.rung()) {
            return true;
        }
        standing.proven = watch.proves(standing.hook, options_.wanted);
        if (standing.proven || !standing.hook.has_harmless_act || !holds_below(standing)) {
            return true;
        }
        ladder_.step_down(standing, "it was attached but did not report our own act");
        return false;
    }

    bool holds_below(const HookLadder::Standing& standing) const {
        const auto& rungs = standing.hook.rungs;
        return std::any_of(rungs.begin() + static_cast<ptrdiff_t>(standing.at) + 1, rungs.end(),
                           [&](const Rung& rung) { return bool(trial_.attempt(rung)); });
    }

    const KernelOptions& options_;
    const CgroupHierarchy& hierarchy_;
    HookTrial trial_;
    HookLadder ladder_;
    bool with_casts_;
    const std::vector<HookPart*> present_;
    CanaryIntake& intake_;
    std::vector<HookLadder::Standing> dispatched_;  // by the probes being tried
    size_t snapshot_rung_ = options_.without_iterators ? kNoSnapshotProgram : 0;
    bool has_tree_ = !options_.without_iterators;
    std::string snapshot_error_;
};

}  // namespace

Result<std::vector<tree_node>> process_tree(const ProbeObject& object) {
    auto written = object.iterate("on_tree");
    if (!written) {
        return written.error();
    }
    std::vector<tree_node> tree(written->size() / sizeof(tree_node));
    std::memcpy(tree.data(), written->data(), tree.size() * sizeof(tree_node));
    return tree;
}

Result<LoadedProbes> load_probes(const KernelOptions& options, const CgroupHierarchy& hierarchy) {
    auto trial = HookTrial::open();
    if (!trial) {
        return trial.error();
    }
    FirstIntake intake(options);
    auto done = Loader(options, hierarchy, *std::move(trial),
                       HookLadder(options.wanted, options.asked_twice), {}, intake)
                    .run();
    if (!done) {
        return done.error();
    }
    std::vector<RingReader> rings = intake.take_rings();
    return LoadedProbes{std::move(done->part),
                        std::move(rings[0]),
                        std::move(rings[1]),
                        std::move(done->early),
                        std::move(done->snapshot_program),
                        done->has_tree,
                        done->snapshot_has_texts};
}

Result<HookPart> load_more_probes(const KernelOptions& options, const CgroupHierarchy& hierarchy,
                                  const std::vector<HookPart*>& present, CanaryIntake& intake) {
    auto trial = HookTrial::open();
    if (!trial) {
        return trial.error();
    }
    std::vector<const HookLadder*> others;
    for (const HookPart* part : present) {
        others.push_back(&part->ladder);
    }
    auto done = Loader(options, hierarchy, *std::move(trial),
                       HookLadder(options.wanted, others, options.asked_twice), present, intake)
                    .run();
    return done ? Result<HookPart>(std::move(done->part)) : Result<HookPart>(done.error());
}

}  // namespace saker
