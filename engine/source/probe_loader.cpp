#include "engine/source/probe_loader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "engine/source/hook_attach.h"
#include "engine/source/hook_proof.h"
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
    const bool is_function = rung.kind == HookKind::fexit;
    if (is_function) {
        object.aim(rung.program, rung.target);
    }
    for (const Companion& companion : rung.companions) {
        if (companion.function.empty() || trial.has_function(companion.function)) {
            object.enable(companion.program);
            if (is_function) {
                object.aim(companion.program, companion.function);
            }
        }
    }
}

/// In rounds: what holds is kept, attached, and what does not is tried on its next rungs beside it.
class Loader {
  public:
    /// What is there shares its maps; nothing there: the first made here has them for all.
    Loader(const KernelOptions& options, const CgroupHierarchy& hierarchy, HookTrial trial,
           HookLadder ladder, const std::vector<HookPart*>& others, CanaryIntake& intake)
        : options_(options),
          hierarchy_(hierarchy),
          trial_(std::move(trial)),
          ladder_(std::move(ladder)),
          with_casts_(trial_.has_function("bpf_rdonly_cast")),
          others_(others),
          intake_(intake) {}

    struct Done {
        std::vector<HookPart> parts;
        std::vector<std::byte> early;
        std::string snapshot_program;
        bool has_tree;
        bool snapshot_has_texts;
    };

    Result<Done> run() {
        drop_unwanted_kinds();
        bool is_first = true;
        while (true) {
            ladder_.settle(trial_);
            if (!is_first && !ladder_.has_rungs()) {
                parts_.back().ladder.join(std::move(ladder_));
                break;
            }
            auto held = round();
            if (!held) {
                withdraw();
                return held.error();
            }
            is_first &= !*held;
            if (*held && ladder_.standings().empty()) {
                break;
            }
        }
        const char* program = snapshot_program();
        return Done{std::move(parts_), std::move(early_), program ? program : "", has_tree_,
                    snapshot_rung_ == 0};
    }

  private:
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

    /// False: the kernel refused to load some program, and the round must be done again. What did
    /// not hold stays on the ladder, a rung lower.
    Result<bool> round() {
        auto object = prepare();
        if (!object) {
            return object.error();
        }
        std::string culprit;
        auto loaded = object->load(culprit);
        if (!loaded) {
            auto blamed = blame(culprit, std::move(loaded.error()));
            return blamed ? Result<bool>(false) : Result<bool>(blamed.error());
        }
        if (auto introduced = introduce(*object); !introduced) {
            return introduced.error();
        }
        parts_.push_back({*std::move(object), std::move(ladder_)});
        HookPart& part = parts_.back();
        ladder_ = attach_all(part);
        auto silent = prove(part);
        if (!silent) {
            return silent.error();
        }
        ladder_.join(*std::move(silent));
        return true;
    }

    /// What shares the maps of others must not leave anything in them.
    void withdraw() {
        for (HookPart& part : parts_) {
            for (const HookLadder::Standing& standing : part.ladder.standings()) {
                take_out(part.object, part.object.shared(), standing);
            }
        }
    }

    std::vector<const ProbeObject*> present() const {
        std::vector<const ProbeObject*> objects;
        for (const HookPart* part : others_) {
            objects.push_back(&part->object);
        }
        for (const HookPart& part : parts_) {
            objects.push_back(&part.object);
        }
        return objects;
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
        if (const auto there = present(); there.empty()) {
            prepare_first(*object);
        } else {
            object->share_maps(there);
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
    Result<void> blame(const std::string& culprit, Error error) {
        if (has_tree_ && culprit == "on_tree") {
            has_tree_ = false;
            return {};
        }
        if (snapshot_program() && culprit == snapshot_program()) {
            snapshot_error_ += culprit + ": " + error.message + ": " + error.hint + "; ";
            ++snapshot_rung_;
            return {};
        }
        if (culprit.ends_with(kCastsSuffix)) {
            with_casts_ = false;
            return {};
        }
        const std::string why = error.message + ": " + error.hint;
        if (culprit.empty() || !ladder_.step_down_from(culprit, why)) {
            return error;
        }
        return {};
    }

    /// Tells the probes who we are: in a pid namespace of its own the daemon has another id than
    /// the kernel's hooks see.
    Result<void> introduce(ProbeObject& object) {
        control& shared = object.shared();
        if (!present().empty()) {
            return {};  // they were told
        }
        fill_wanted(shared, options_.wanted, options_.calls, options_.extras);
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

    /// Gives back what could not be attached, a rung lower.
    HookLadder attach_all(HookPart& part) {
        bool dispatches = false;
        std::set<std::string> fallen;
        for (auto& standing : part.ladder.standings()) {
            const Rung* rung = standing.rung();
            if (!rung) {
                continue;
            }
            if (rung->kind == HookKind::syscall_dispatcher) {
                put_into_dispatcher(part.object, part.object.shared(), standing, true);
                dispatches = true;
                continue;
            }
            if (auto attached = attach_rung(part.object, *rung); !attached) {
                fall(part, standing, attached.error().message);
                fallen.insert(standing.hook.name);
            }
        }
        if (dispatches) {
            attach_dispatcher(part, fallen);
        }
        return part.ladder.split(fallen);
    }

    void attach_dispatcher(HookPart& part, std::set<std::string>& fallen) {
        const auto there = present();
        if (std::ranges::any_of(there, [](auto* one) { return one->is_attached(kDispatcher); })) {
            return;
        }
        auto attached = part.object.attach(kDispatcher);
        if (attached) {
            return;
        }
        for (auto& standing : part.ladder.standings()) {
            const Rung* rung = standing.rung();
            if (rung && rung->kind == HookKind::syscall_dispatcher) {
                fall(part, standing, attached.error().message);
                fallen.insert(standing.hook.name);
            }
        }
    }

    void fall(HookPart& part, HookLadder::Standing& standing, std::string error) {
        take_out(part.object, part.object.shared(), standing);
        ladder_.step_down(standing, std::move(error));
    }

    /// Gives back what was silent, a rung lower.
    Result<HookLadder> prove(HookPart& part) {
        CanaryWatch watch(early_);
        HookProof proof(options_.wanted, trial_);
        proof.act(part.object, part.ladder);
        if (auto collected = intake_.collect(part.object, watch); !collected) {
            return collected.error();
        }
        std::set<std::string> fallen;
        for (auto& standing : part.ladder.standings()) {
            if (!proof.judge(standing, watch)) {
                fall(part, standing, "it was attached but did not report our own act");
                fallen.insert(standing.hook.name);
            }
        }
        return part.ladder.split(fallen);
    }

    const KernelOptions& options_;
    const CgroupHierarchy& hierarchy_;
    HookTrial trial_;
    HookLadder ladder_;
    bool with_casts_;
    const std::vector<HookPart*> others_;
    std::vector<HookPart> parts_;  // made here
    std::vector<std::byte> early_;
    CanaryIntake& intake_;
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
    HookPart first = std::move(done->parts.front());
    done->parts.erase(done->parts.begin());
    return LoadedProbes{std::move(first),       std::move(done->parts),
                        std::move(rings[0]),    std::move(rings[1]),
                        std::move(done->early), std::move(done->snapshot_program),
                        done->has_tree,         done->snapshot_has_texts};
}

Result<std::vector<HookPart>> load_more_probes(const KernelOptions& options,
                                               const CgroupHierarchy& hierarchy,
                                               const std::vector<HookPart*>& present,
                                               CanaryIntake& intake) {
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
    if (!done) {
        return done.error();
    }
    return std::move(done->parts);
}

}  // namespace saker
