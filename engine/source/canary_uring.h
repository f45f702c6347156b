// One harmless request through io_uring, by the kernel's bare interface.
#pragma once

#include <optional>

#include "engine/source/hooks.h"

namespace saker {

/// Asks for one of these events that can be asked for so: opens the root folder and closes it, or
/// fails at something. Does nothing where io_uring is not there or not allowed. The event, when
/// this kernel knows no such request.
std::optional<event_id> act_through_uring(const EventSet& events);

}  // namespace saker
