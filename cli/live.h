// What run, watch and record share: the kernel as a source, and the loop until somebody stops it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/stop.h"
#include "cli/summary.h"
#include "engine/alert_maker.h"
#include "engine/lang/event_set.h"
#include "engine/rules/rule_set.h"
#include "engine/source/kernel_source.h"
#include "engine/source/recording.h"
#include "engine/state/domain_names.h"
#include "engine/state/host.h"

namespace saker::cli {

struct LiveOptions {
    Scope scope{};
    lang::EventSet wanted{};
    Extras extras{};
    uint32_t critical_ring_megabytes = 4;
    uint32_t bulk_ring_megabytes = 16;
    bool asked_twice = false;  // some rule asks whether a name was changed meanwhile
};

Result<std::unique_ptr<KernelSource>> open_kernel(const LiveOptions& options);

/// The events of probes among those rules ask for.
EventSet captured_of(const lang::EventSet& wanted);

/// Calls without a row that are named. Who wants everything, `syscall` too, names none.
CallSet calls_of(const lang::EventSet& wanted);

/// The exit code that says what kind of thing went wrong; `otherwise` for no kind in particular.
int exit_code_of(const Error& error, int otherwise);

/// The host, as the state wants it, of a source that watches it.
Host live_host(const KernelSource& source);

/// What a recording must know of this machine.
RecordingFacts live_facts(const Host& host);

/// What enabled rules read of what is not always there, in their conditions or outputs.
Extras extras_of(const rules::RuleSet& rules);

/// Some enabled rule asks whether an argument was changed while the kernel acted on it.
bool asks_for_races(const rules::RuleSet& rules);

/// Waits a moment for the first answers, takes them over, and says which names have none.
std::vector<std::string> first_names(DomainNames& names);
/// What the rules can match, and what state needs to fill the fields they read.
lang::EventSet wanted_events(const rules::RuleSet& rules);

/// Wanted events that no hook reports, and hooks that do not see everything, in words.
std::vector<std::string> blind_spots(const KernelSource& source, const lang::EventSet& wanted);

/// A hook that does not tell any more, as an alert of Saker's own.
InternalNotice describe_trouble(const HookTrouble& trouble);

/// What the kernel side lost, by its own counters.
KernelLoss loss_of(const KernelSource& source);

/// Polls until told to stop, then takes what is still waiting. `every_second` is called about that
/// often.
Result<void> run_until(Stop& stop, const std::function<Result<size_t>(int wait_ms)>& poll,
                       const std::function<void()>& every_second);

}  // namespace saker::cli
