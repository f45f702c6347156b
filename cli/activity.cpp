#include <nlohmann/json.hpp>

#include "cli/status.h"

namespace saker::cli {
namespace {

using Json = nlohmann::ordered_json;

Json events_of(const PipelineStats& stats) {
    Json events = Json::object();
    for (size_t event = 0; event < stats.by_event.size(); ++event) {
        if (stats.by_event[event] > 0) {
            events[std::string(kEventTable[event].name)] = {
                {"count", stats.by_event[event]},
                {"measured", stats.judging[event].measured},
                {"nanoseconds", stats.judging[event].nanoseconds}};
        }
    }
    return events;
}

/// Programs of one name are one: a reload may have loaded it again.
Json hooks_of(const std::vector<ProgramCost>& programs) {
    Json hooks = Json::object();
    for (const ProgramCost& program : programs) {
        Json& hook = hooks[program.name];
        if (hook.is_null()) {
            hook = {{"count", 0}, {"nanoseconds", 0}};
        }
        hook["count"] = hook["count"].get<uint64_t>() + program.runs;
        hook["nanoseconds"] = hook["nanoseconds"].get<uint64_t>() + program.nanoseconds;
    }
    return hooks;
}

Json rules_of(const std::vector<RuleMatches>& all) {
    Json rules = Json::object();
    for (const RuleMatches& rule : all) {
        rules[rule.rule] = {{"priority", rule.priority},
                            {"count", rule.matches},
                            {"nanoseconds", rule.nanoseconds}};
    }
    return rules;
}

Json processes_of(const std::vector<Talker>& talkers) {
    Json processes = Json::array();
    for (const Talker& talker : talkers) {
        processes.push_back({{"pid", talker.pid},
                             {"name", talker.name},
                             {"events", talker.events},
                             {"too_many", talker.too_many}});
    }
    return processes;
}

Json losses_of(const Status& status) {
    Json losses{{"critical", status.stats.lost_critical},
                {"bulk", status.stats.lost_bulk},
                {"malformed", status.stats.malformed}};
    Json kernel = Json::object();
    for (const RecordLoss& loss : status.losses) {
        kernel[std::string(kEventTable[loss.event].name) + " " + loss.reason] = loss.count;
    }
    losses["kernel"] = std::move(kernel);
    return losses;
}

/// Counts of what is shed now.
Json shed_of(const Status& status) {
    Json shed = Json::object();
    for (const RecordLoss& counted : status.shed_counts) {
        if (status.shed.test(counted.event)) {
            shed[std::string(kEventTable[counted.event].name)] = {{"count", counted.count}};
        }
    }
    return shed;
}

Json outputs_of(const std::vector<OutputStatus>& all) {
    Json outputs = Json::object();
    for (const OutputStatus& output : all) {
        const outputs::DeliveryCounts& counts = output.counts;
        outputs[output.name] = {{"up", output.is_well},
                                {"delivered", counts.delivered},
                                {"waiting", counts.queued + counts.spooled},
                                {"failed", counts.failed},
                                {"dropped", counts.dropped},
                                {"count", counts.latency.count()},
                                {"nanoseconds", counts.latency.nanoseconds}};
    }
    return outputs;
}

}  // namespace

std::string activity_json(const Status& status, const Health& health, const Resources& resources) {
    const std::chrono::duration<double> taken = status.taken.time_since_epoch();
    const std::chrono::duration<double> asked = std::chrono::steady_clock::now().time_since_epoch();
    const Json all{{"taken", taken.count()},
                   {"window", std::chrono::duration<double>(status.window).count()},
                   {"started", status.started},
                   {"up", health.is_well()},
                   {"asked", asked.count()},
                   {"cpu_seconds", resources.cpu_seconds},
                   {"resident_bytes", resources.resident_bytes},
                   {"ring_waiting_bytes", status.ring_waiting},
                   {"alerts", status.stats.alerts},
                   {"max_cpu_percent", status.max_cpu_percent},
                   {"shed", shed_of(status)},
                   {"events", events_of(status.stats)},
                   {"hooks", hooks_of(status.programs)},
                   {"rules", rules_of(status.rules)},
                   {"processes", processes_of(status.talkers)},
                   {"lost", losses_of(status)},
                   {"outputs", outputs_of(status.outputs)}};
    return all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace saker::cli
