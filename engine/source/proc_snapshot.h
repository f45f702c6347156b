// The processes that are there already, as /proc shows them: for kernels without a task iterator.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/source/scope.h"
#include "probes/knobs.h"

namespace saker {

/// One record a process, as the task iterator would write it, but for start times, which are cut to
/// ticks of 10 ms, exec counts, the layer of the program's file, who may write it and the family of
/// sockets, which /proc does not tell. /proc must be that of the host's pid
/// namespace. `environment` asks for that of programs too. Never this process's own.
std::vector<std::byte> snapshot_of_proc(const CgroupHierarchy& hierarchy, bool environment);

/// Every process and its parent, by the same way.
std::vector<tree_node> tree_of_proc();

}  // namespace saker
