// How the record of a call is made, where its row in events.def says it all.
#pragma once

#include <span>

#include "probes/knobs.h"

namespace saker {

/// The plan of every event, by event_id; size 0: a program of its own makes it.
std::span<const call_plan, EVENT_COUNT> call_plans();

}  // namespace saker
