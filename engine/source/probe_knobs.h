// What the probes are told before they are loaded.
#pragma once

#include "engine/source/kernel_options.h"
#include "probes/knobs.h"

namespace saker {

/// The program that completes an event's record at the end of its system call: its place in the
/// dispatcher's table.
uint8_t program_index(event_id event);

/// Sends the numbers of the event's system call to its program.
void set_numbers(knobs& settings, event_id event);

/// All but the numbers. An error when the scope's control group cannot be told.
Result<void> fill_knobs(knobs& settings, const KernelOptions& options,
                        const CgroupHierarchy& hierarchy);

}  // namespace saker
