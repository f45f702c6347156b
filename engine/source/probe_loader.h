// From wanted events to attached and proven programs.
#pragma once

#include <vector>

#include "engine/source/canary_intake.h"
#include "engine/source/hook_ladder.h"
#include "engine/source/kernel_options.h"
#include "engine/source/probe_object.h"
#include "engine/source/ring_reader.h"

namespace saker {

/// Programs loaded together, and the hooks they are for.
struct HookPart {
    ProbeObject object;
    HookLadder ladder;
};

/// Attached probes and what came while they were proven.
struct LoadedProbes {
    HookPart first;              // all maps are its own
    std::vector<HookPart> more;  // hooks that did not hold on their better rungs
    RingReader critical;
    RingReader bulk;
    std::vector<std::byte> early;     // records of others, one behind the other
    std::string snapshot_program;     // empty: this kernel has no task iterator, /proc is read
    bool has_tree = false;            // `process_tree` can be asked
    bool snapshot_has_texts = false;  // the iterator can read the memory of processes
};

/// Loads, attaches and proves, climbing down a rung wherever the kernel refuses or a hook stays
/// silent, until all that is left holds.
Result<LoadedProbes> load_probes(const KernelOptions& options, const CgroupHierarchy& hierarchy);

/// The same for the hooks these events need beyond those that are there: they share the maps of
/// what is there, and nothing that is attached is touched. `options` say what is wanted in all.
Result<std::vector<HookPart>> load_more_probes(const KernelOptions& options,
                                               const CgroupHierarchy& hierarchy,
                                               const std::vector<HookPart*>& present,
                                               CanaryIntake& intake);

/// Every process there is, by its id in the first pid namespace, and its parent. Needs the kernel's
/// task iterator.
Result<std::vector<tree_node>> process_tree(const ProbeObject& object);

}  // namespace saker
