
#include "cli/deliveries.h"
#include "cli/exit_code.h"
#include "cli/log.h"
#include "cli/prepare.h"
#include "cli/run.h"
#include "cli/summary.h"
#include "engine/source/replay_source.h"

namespace saker::cli {
namespace {

constexpr std::chrono::hours kPatience{24};  // with whoever reads the alerts

Host recorded_host(const RecordingFacts& facts) {
    Host host;
    host.name = facts.hostname;
    host.boot_time = facts.boot_time;
    host.pid_namespace = facts.pid_namespace;
    host.mount_namespace = facts.mount_namespace;
    host.is_live = false;
    return host;
}

void learn_accounts(const RecordingFacts& facts, UserTable& users) {
    Accounts accounts;
    read_passwd(facts.passwd, accounts);
    read_group(facts.group, accounts);
    for (auto& [uid, user] : accounts.users) {
        users.learn_user(facts.mount_namespace, uid, std::move(user));
    }
    for (auto& [gid, name] : accounts.groups) {
        users.learn_group(facts.mount_namespace, gid, std::move(name));
    }
}

}  // namespace

int run_replay(const ReplayOptions& options) {
    Prepared prepared = prepare(options.config, options.rules);
    log_findings(prepared.findings);
    if (!prepared.rules) {
        return kRulesOrConfigWrong;
    }
    Result<ReplaySource> source = ReplaySource::open(options.file);
    if (!source) {
        log_error(source.error().text());
        return kUsage;
    }
    Result<Deliveries> deliveries =
        Deliveries::open(prepared.config, options.json, outputs::WhenFull::waits);
    if (!deliveries) {
        log_error(deliveries.error().text());
        return kOutputCannotOpen;
    }
    State state(recorded_host(source->facts()),
                {.awaits_container_records = source->facts().has_container_facts});
    learn_accounts(source->facts(), state.users());
    Pipeline pipeline(*source, state, *prepared.rules,
                      pipeline_options(prepared.config, source->facts().boot_id),
                      [&](Alert alert) { deliveries->offer(std::move(alert)); });
    while (!source->finished()) {
        if (const Result<size_t> polled = pipeline.poll(0); !polled) {
            log_error(polled.error().text());
            break;
        }
    }
    pipeline.finish();
    deliveries->finish(kPatience);
    if (source->cut_off() > 0) {
        log_warning(options.file + " was cut off: its last " + std::to_string(source->cut_off()) +
                    " bytes are no whole record");
    }
    for (const std::string& error : deliveries->take_errors()) {
        log_warning(error);
    }
    log_info(summarise(pipeline.stats(), {}, sum_of(deliveries->each())));
    return kFine;
}

}  // namespace saker::cli
