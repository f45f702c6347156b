// Harmless acts the kernel asks its security modules about.
#pragma once

#include "probes/events.h"

namespace saker {

/// The call whose harmless act makes the kernel ask this; the event itself when it is no such
/// question.
event_id call_that_asks(event_id event);

/// Has the kernel ask what no other harmless act makes it ask. False: not permitted.
bool have_asked(event_id event);

}  // namespace saker
