// The canary's acts on processes: some need a child to act on.
#pragma once

#include "probes/events.h"

namespace saker {

/// Makes one of these events happen, if it is one that processes do to each other or to themselves.
/// False: we are not permitted to.
bool act_on_process(event_id event);

}  // namespace saker
