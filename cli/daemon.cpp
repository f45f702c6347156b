// The daemon: the only place that sees every folder.

#include "cli/containers.h"
#include "cli/deliveries.h"
#include "cli/exit_code.h"
#include "cli/instance.h"
#include "cli/live_run.h"
#include "cli/log.h"
#include "cli/sandbox.h"
#include "cli/server.h"

namespace saker::cli {
namespace {

LiveOptions live_options(const Prepared& prepared, Scope scope) {
    return {std::move(scope),
            wanted_events(*prepared.rules),
            extras_of(*prepared.rules),
            prepared.config.critical_ring_megabytes.number,
            prepared.config.bulk_ring_megabytes.number,
            asks_for_races(*prepared.rules)};
}

Result<void> drop_if_wanted(const config::Config& config) {
    return config.sandbox ? drop_capabilities() : Result<void>{};
}

/// Those who ask from outside, as configured.
struct Servers {
    std::unique_ptr<Server> web;
    std::unique_ptr<Server> control;
};

Result<Servers> open_servers(const config::Config& config, LiveRun& run) {
    Servers servers;
    if (config.web.enabled) {
        auto web = Server::listen(config.web, run.board());
        if (!web) {
            return web.error();
        }
        servers.web = *std::move(web);
    }
    if (const std::string state = said_state_directory(config); !state.empty()) {
        auto control = Server::listen_at(control_socket(state), run.board(), run.reloader());
        if (!control) {
            return control.error();
        }
        servers.control = *std::move(control);
    }
    return servers;
}

/// None without a state directory: a run from a terminal leaves nothing behind.
Result<std::optional<Heartbeat>> open_heartbeat(const std::string& state_directory) {
    if (state_directory.empty()) {
        return std::optional<Heartbeat>();
    }
    Result<Heartbeat> heartbeat = Heartbeat::open(state_directory);
    if (!heartbeat) {
        return heartbeat.error();
    }
    return std::optional(*std::move(heartbeat));
}

int fail(const Error& error, int code) {
    log_error(error.text());
    return code;
}

int run_with(const RunOptions& options, Prepared prepared, KernelSource& source,
             Deliveries deliveries, std::optional<LifeSigns> life, Stop& stop) {
    const config::Config config = prepared.config;
    LiveRun run(options, std::move(prepared), source, std::move(deliveries), std::move(life));
    const Result<Servers> servers = open_servers(config, run);
    if (!servers) {
        return fail(servers.error(), kOutputCannotOpen);
    }
    if (config.sandbox) {
        if (const Result<void> restricted = restrict_system_calls(); !restricted) {
            log_warning(restricted.error().text());
        }
    }
    stop.start_clock();
    run.announce();
    const Result<void> ended = run.until(stop);
    run.sum_up(options.json);
    return ended ? kFine : fail(ended.error(), kKernelRefuses);
}

}  // namespace

int run_daemon(const RunOptions& options) {
    Stop stop(options.duration_seconds, OnHangup::reloads);
    Prepared prepared = prepare(options.config, options.rules);
    set_log_level(prepared.config.log_level);
    log_findings(prepared.findings);
    if (!prepared.rules) {
        return kRulesOrConfigWrong;
    }
    const bool scope_is_said = !options.scope.empty();
    const Result<Scope> scope = Scope::parse(scope_is_said ? options.scope : prepared.config.scope);
    if (!scope) {
        return fail(scope.error(),
                    exit_code_of(scope.error(), scope_is_said ? kUsage : kRulesOrConfigWrong));
    }
    // Before any thread is: each has capabilities of its own.
    if (const Result<void> dropped = drop_if_wanted(prepared.config); !dropped) {
        log_warning(dropped.error().text());
    }
    const Result<Instance> instance = Instance::claim(said_state_directory(prepared.config));
    if (!instance) {
        return fail(instance.error(), kOutputCannotOpen);
    }
    Result<std::optional<Heartbeat>> heartbeat =
        open_heartbeat(said_state_directory(prepared.config));
    if (!heartbeat) {
        return fail(heartbeat.error(), kOutputCannotOpen);
    }
    Result<Deliveries> deliveries =
        Deliveries::open(prepared.config, options.json, outputs::WhenFull::drops);
    if (!deliveries) {
        return fail(deliveries.error(), kOutputCannotOpen);
    }
    const LiveOptions live = live_options(prepared, *scope);
    const Result<std::unique_ptr<KernelSource>> source = open_kernel(live);
    if (!source) {
        return fail(source.error(),
                    exit_code_of(source.error(), scope_is_said ? kUsage : kKernelRefuses));
    }
    std::optional<LifeSigns> life;
    if (*heartbeat) {
        life.emplace(**std::move(heartbeat), **source);
    }
    for (const std::string& spot : blind_spots(**source, live.wanted)) {
        log_warning("blind spot: " + spot);
    }
    return run_with(options, std::move(prepared), **source, *std::move(deliveries), std::move(life),
                    stop);
}

}  // namespace saker::cli
