#include <fmt/format.h>

#include <iterator>

#include "cli/status.h"

namespace saker::cli {
namespace {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

/// Writes Prometheus' text format: one `# HELP` and `# TYPE` a name, then its samples.
class Exposition {
  public:
    void begin(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        fmt::format_to(std::back_inserter(out_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                       type);
    }

    /// What is said behind the name: of a histogram's samples.
    template <class Number>
    void sample(Number value, const Labels& labels = {}, std::string_view suffix = {}) {
        out_.append(name_).append(suffix);
        for (size_t i = 0; i < labels.size(); ++i) {
            out_.append(i == 0 ? "{" : ",").append(labels[i].first).append("=\"");
            append_value(labels[i].second);
            out_ += '"';
        }
        fmt::format_to(std::back_inserter(out_), "{} {}\n", labels.empty() ? "" : "}", value);
    }

    template <class Number>
    void only(std::string_view name, std::string_view type, std::string_view help, Number value) {
        begin(name, type, help);
        sample(value);
    }

    std::string take() { return std::move(out_); }

  private:
    /// As the format wants it; rule names may hold anything.
    void append_value(std::string_view text) {
        for (const char c : text) {
            if (c == '\n') {
                out_ += "\\n";
                continue;
            }
            if (c == '"' || c == '\\') {
                out_ += '\\';
            }
            out_ += c;
        }
    }

    std::string name_;
    std::string out_;
};

void write_engine(Exposition& out, const Status& status) {
    const PipelineStats& stats = status.stats;
    out.begin("saker_events_total", "counter", "Events judged by rules, by type.");
    for (size_t kind = 0; kind < stats.by_event.size(); ++kind) {
        if (stats.by_event[kind] > 0) {
            out.sample(stats.by_event[kind], {{"event", kEventTable[kind].name}});
        }
    }
    out.only("saker_alerts_total", "counter", "Alerts made.", stats.alerts);
    out.only("saker_alerts_throttled_total", "counter",
             "Alerts held back, to be told by a summary with their count.", stats.throttled);
    out.only("saker_throttle_summaries_total", "counter", "Summaries of alerts held back.",
             stats.summaries);
    out.only("saker_throttle_full_total", "counter",
             "Alerts whose like is not held back: no room to count it.", stats.throttle_full);
    out.begin("saker_lost_total", "counter",
              "Records missing in the rings' sequence numbers, by lane, and unreadable ones.");
    out.sample(stats.lost_critical, {{"lane", "critical"}});
    out.sample(stats.lost_bulk, {{"lane", "bulk"}});
    out.sample(stats.malformed, {{"lane", "malformed"}});
    out.begin("saker_kernel_lost_total", "counter",
              "Records the kernel side could not send, by event, lane and reason.");
    for (const RecordLoss& loss : status.losses) {
        const EventRow& row = kEventTable[loss.event];
        out.sample(loss.count, {{"event", row.name},
                                {"lane", row.ring == LANE_critical ? "critical" : "bulk"},
                                {"reason", loss.reason}});
    }
    out.only("saker_events_held_total", "counter",
             "Events that waited for what a runtime says of their container.", stats.held);
    out.only("saker_events_given_up_total", "counter",
             "Of these, judged without an answer: it took too long, or too many waited.",
             stats.gave_up);
    out.begin("saker_rule_matches_total", "counter", "Events a rule held for.");
    for (const RuleMatches& rule : status.rules) {
        out.sample(rule.matches, {{"rule", rule.rule}, {"priority", rule.priority}});
    }
    out.begin("saker_rule_alert_seconds_total", "counter",
              "Time the engine spent on making a rule's alerts and handing them on.");
    for (const RuleMatches& rule : status.rules) {
        out.sample(static_cast<double>(rule.nanoseconds) / 1e9,
                   {{"rule", rule.rule}, {"priority", rule.priority}});
    }
    out.only("saker_canaries_total", "counter", "Acts of our own that came back as events.",
             stats.canaries);
    out.only("saker_ring_waiting_bytes", "gauge", "Bytes in the rings not read yet.",
             status.ring_waiting);
}

/// All rules together: they are one program.
void write_judging(Exposition& out, const PipelineStats& stats) {
    const auto each = [&](const char* name, const char* help, auto value_of) {
        out.begin(name, "counter", help);
        for (size_t event = 0; event < stats.judging.size(); ++event) {
            if (stats.judging[event].measured > 0) {
                out.sample(value_of(stats.judging[event]), {{"event", kEventTable[event].name}});
            }
        }
    };
    each("saker_judge_measured_seconds_total",
         "Time all rules together took for the events that were measured.",
         [](const JudgeTime& time) { return static_cast<double>(time.nanoseconds) / 1e9; });
    each("saker_judge_measured_total",
         "Events that were measured: a type's first and every 64th thereafter.",
         [](const JudgeTime& time) { return time.measured; });
}

void write_budget(Exposition& out, const Status& status) {
    out.only("saker_max_cpu_ratio", "gauge", "CPUs the daemon may use; 0: no limit.",
             status.max_cpu_percent / 100.0);
    out.only("saker_budget_changes_total", "counter",
             "Times something was shed, taken back, or nothing was left to be shed.",
             status.budget_changes);
    out.begin("saker_shed", "gauge", "1 for events not watched now, to keep within max_cpu.");
    for (const RecordLoss& shed : status.shed_counts) {
        out.sample(status.shed.test(shed.event) ? 1 : 0, {{"event", kEventTable[shed.event].name}});
    }
    out.begin("saker_shed_events_total", "counter", "Events not told because they were shed.");
    for (const RecordLoss& shed : status.shed_counts) {
        out.sample(shed.count, {{"event", kEventTable[shed.event].name}});
    }
}

void write_hooks(Exposition& out, const Status& status) {
    out.begin("saker_hook", "gauge", "Hooks in use: 1 if proven to fire, else 0.");
    for (const HookReport& hook : status.hooks) {
        if (!hook.chosen.empty()) {
            out.sample(hook.proven ? 1 : 0, {{"hook", hook.hook}, {"rung", hook.chosen}});
        }
    }
    out.only("saker_silent_hooks", "gauge", "Hooks that told of our acts once and no longer do.",
             status.troubles);
    out.begin("saker_hook_run_seconds_total", "counter",
              "Time the kernel spent in a program (BPF statistics).");
    for (const ProgramCost& program : status.programs) {
        out.sample(static_cast<double>(program.nanoseconds) / 1e9, {{"program", program.name}});
    }
    out.begin("saker_hook_runs_total", "counter", "Runs of a program (BPF statistics).");
    for (const ProgramCost& program : status.programs) {
        out.sample(program.runs, {{"program", program.name}});
    }
}

void write_latency(Exposition& out, const Status& status) {
    out.begin("saker_output_delivery_seconds", "histogram",
              "From an event to when an output had written its alert, or the receiver taken it.");
    for (const OutputStatus& output : status.outputs) {
        const outputs::Latency& latency = output.counts.latency;
        uint64_t through = 0;
        for (size_t i = 0; i < outputs::kLatencyBounds.size(); ++i) {
            through += latency.counts[i];
            const std::string bound = fmt::format("{}", outputs::kLatencyBounds[i]);
            out.sample(through, {{"output", output.name}, {"le", bound}}, "_bucket");
        }
        out.sample(latency.count(), {{"output", output.name}, {"le", "+Inf"}}, "_bucket");
        out.sample(static_cast<double>(latency.nanoseconds) / 1e9, {{"output", output.name}},
                   "_sum");
        out.sample(latency.count(), {{"output", output.name}}, "_count");
    }
}

void write_outputs(Exposition& out, const Status& status) {
    const auto each = [&](const char* name, const char* type, const char* help, auto member) {
        out.begin(name, type, help);
        for (const OutputStatus& output : status.outputs) {
            out.sample(output.counts.*member, {{"output", output.name}});
        }
    };
    using Counts = outputs::DeliveryCounts;
    each("saker_output_delivered_total", "counter", "Alerts an output took.", &Counts::delivered);
    each("saker_output_dropped_total", "counter", "Alerts for which queue or spool had no room.",
         &Counts::dropped);
    each("saker_output_failed_total", "counter", "Alerts an output refused.", &Counts::failed);
    each("saker_output_attempts_failed_total", "counter", "Attempts a remote receiver refused.",
         &Counts::attempts_failed);
    each("saker_output_spools_broken_total", "counter",
         "Spools that were no database any more: put aside, and what waited there was not sent.",
         &Counts::broken_spools);
    each("saker_output_queued", "gauge", "Alerts in an output's queue.", &Counts::queued);
    each("saker_output_spooled", "gauge", "Alerts that wait for a remote receiver.",
         &Counts::spooled);
    each("saker_output_spooled_bytes", "gauge", "Bytes of them.", &Counts::spooled_bytes);
    out.begin("saker_output_up", "gauge", "1 if the output took all of the last alerts, else 0.");
    for (const OutputStatus& output : status.outputs) {
        out.sample(output.is_well ? 1 : 0, {{"output", output.name}});
    }
}

}  // namespace

std::string metrics_text(const Status& status, const Health& health, const Resources& resources) {
    Exposition out;
    out.begin("saker_info", "gauge", "The build that runs.");
    out.sample(1, {{"version", SAKER_VERSION}});
    out.begin("saker_rule_file", "gauge", "Rule files as loaded.");
    for (const auto& [file, sum] : status.sums) {
        out.sample(1, {{"file", file}, {"sha256", sum}});
    }
    write_engine(out, status);
    write_judging(out, status.stats);
    write_budget(out, status);
    write_hooks(out, status);
    write_outputs(out, status);
    write_latency(out, status);
    out.only("saker_up", "gauge", "1 if the engine makes progress and sees its own acts, else 0.",
             health.is_well() ? 1 : 0);
    out.only("saker_seconds_since_canary", "gauge", "Since an act of our own came back.",
             health.since_canary);
    out.only("saker_start_time_seconds", "gauge", "Start, since the epoch.", status.started);
    out.begin("saker_blind_seconds", "gauge",
              "For how long nobody watched before the start: Saker was stopped, or died.");
    if (status.blind) {
        out.sample(status.blind->seconds,
                   {{"because", status.blind->was_stopped ? "stopped" : "died"}});
    }
    out.only("saker_load_time_seconds", "gauge", "When what runs was loaded, since the epoch.",
             status.loaded);
    out.only("saker_reloads_total", "counter", "Reloads done.", status.reloads);
    out.only("saker_reloads_failed_total", "counter", "Reloads refused.", status.reloads_failed);
    out.only("process_resident_memory_bytes", "gauge", "Memory in use.", resources.resident_bytes);
    out.only("process_cpu_seconds_total", "counter", "CPU time used.", resources.cpu_seconds);
    out.only("process_open_fds", "gauge", "Open files.", resources.open_files);
    return out.take();
}

}  // namespace saker::cli
