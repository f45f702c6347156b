// What the probes are told: before they are loaded, and while they run.
#pragma once

#include "engine/source/kernel_options.h"
#include "probes/knobs.h"

namespace saker {

/// The program that completes an event's record at the end of its system call: its place in the
/// dispatcher's table.
uint8_t program_index(event_id event);

/// From now on the event's system call goes to its program, whatever number it is called by; or to
/// none.
void set_numbers(control& shared, event_id event, bool wanted);

/// What a reload may change, but for the numbers of events; those of calls without a row are here.
void fill_wanted(control& shared, const EventSet& wanted, const CallSet& calls, Extras extras);

/// What stays as it is. An error when the scope's control group cannot be told.
Result<void> fill_knobs(knobs& settings, const KernelOptions& options,
                        const CgroupHierarchy& hierarchy);

}  // namespace saker
