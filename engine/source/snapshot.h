// The processes that are there already, as records like those of exec.
#pragma once

#include <cstddef>
#include <span>

#include "engine/source/source.h"

namespace saker {

/// Hands over what the kernel's task iterator wrote, one record a process. Where the iterator could
/// not read the memory of processes, `exe` and `args` are read from /proc. Returns how many there
/// were.
size_t hand_over_snapshot(std::span<const std::byte> iterated, bool texts_included,
                          RecordSink& sink);

}  // namespace saker
