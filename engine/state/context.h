// All a rule can see: the event, the program that did it, and what state knows.
#pragma once

#include "engine/event/event.h"
#include "engine/state/process.h"
#include "engine/state/state.h"

namespace saker {

/// A loan for the judging of one event.
struct Context {
    const Event& event;
    const Process& process;
    State& state;
};

}  // namespace saker
