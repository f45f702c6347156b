#include "cli/record.h"

#include <fmt/format.h>

#include "cli/containers.h"
#include "cli/exit_code.h"
#include "cli/live.h"
#include "cli/log.h"
#include "cli/prepare.h"
#include "engine/source/recorder.h"

namespace saker::cli {

int run_record(const RecordOptions& options) {
    Stop stop(options.duration_seconds);
    LiveOptions live;
    live.wanted.set();
    live.wanted.reset(
        index_of(event_kind("capable")));  // asked for on every other call: only by name
    const Prepared prepared = options.rules.empty() ? read_configuration(options.config)
                                                    : prepare(options.config, options.rules);
    log_findings(prepared.findings);
    if (has_errors(prepared.findings)) {
        return kRulesOrConfigWrong;
    }
    if (prepared.rules) {
        live.wanted = wanted_events(*prepared.rules);
        live.extras = extras_of(*prepared.rules);
        live.asked_twice = asks_for_races(*prepared.rules);
    }
    Result<Scope> scope = Scope::parse(options.scope.empty() ? "host" : options.scope);
    if (!scope) {
        log_error(scope.error().text());
        return kUsage;
    }
    live.scope = *scope;
    const auto source = open_kernel(live);
    if (!source) {
        log_error(source.error().text());
        return exit_code_of(source.error(), kUsage);
    }
    const auto lookup = start_lookup(prepared.config.containers);
    const Host host = live_host(**source);
    RecordingFacts facts = live_facts(host);
    facts.has_container_facts = lookup != nullptr;
    Result<Recorder> recorder = Recorder::create(options.file, facts, {!options.show_secrets, {}});
    if (!recorder) {
        log_error(recorder.error().text());
        return kOutputCannotOpen;
    }
    stop.start_clock();
    announce_ready();
    ContainerWatch watch(*recorder, host, lookup.get());
    const auto poll = [&](int wait_ms) -> Result<size_t> {
        if (lookup) {
            lookup->hand_over(*recorder);
        }
        Result<size_t> polled = (*source)->poll(watch, wait_ms);
        if (polled && *polled == 0) {
            if (const Result<void> written = recorder->flush(); !written) {
                return written.error();
            }
        }
        return polled;
    };
    Result<void> ended = run_until(stop, poll, [&] {
        for (const std::string& error : take_errors(lookup.get())) {
            log_warning("containers of " + error);
        }
    });
    if (ended) {
        ended = recorder->flush();
    }
    const KernelLoss loss = loss_of(**source);
    log_info(fmt::format("{} records, {} bytes, {} lost", recorder->records(), recorder->bytes(),
                         loss.critical + loss.bulk));
    if (!ended) {
        log_error(ended.error().text());
        return kOutputCannotOpen;
    }
    return kFine;
}

}  // namespace saker::cli
