#include "cli/live.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include "cli/exit_code.h"
#include "engine/event/event_table.h"

namespace saker::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWait = 100;  // ms; how late a signal may be noticed
constexpr std::chrono::milliseconds kLastLook{500};

EventSet captured_of(const lang::EventSet& wanted) {
    EventSet events;
    for (size_t id = 0; id < EVENT_COUNT; ++id) {
        events.set(id, wanted.test(index_of(kEventTable[id].kind)));
    }
    return events;
}

std::string slurp(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

bool is_environment(std::string_view field) {
    return field.starts_with("proc.env") || field.starts_with("proc.aenv") ||
           field == "evt.arg.env" || field == "evt.rawarg.env";
}

}  // namespace

Result<std::unique_ptr<KernelSource>> open_kernel(const LiveOptions& options) {
    KernelOptions kernel;
    kernel.scope = options.scope;
    kernel.wanted = captured_of(options.wanted);
    kernel.environment = options.environment;
    kernel.critical_ring = options.critical_ring_megabytes << 20U;
    kernel.bulk_ring = options.bulk_ring_megabytes << 20U;
    auto source = KernelSource::open(kernel);
    if (!source && source.error().kind == ErrorKind::privileges) {
        source.error().hint = "run as root, or with CAP_BPF and CAP_PERFMON" +
                              (source.error().hint.empty() ? "" : "; " + source.error().hint);
    }
    return source;
}

int exit_code_of(const Error& error, int otherwise) {
    switch (error.kind) {
        case ErrorKind::privileges:
            return kPrivileges;
        case ErrorKind::kernel:
            return kKernelRefuses;
        case ErrorKind::other:
            break;
    }
    return otherwise;
}

Host live_host(const KernelSource& source) {
    Host host = this_host();
    host.cgroup_root = source.hierarchy().folder;
    return host;
}

RecordingFacts live_facts(const Host& host) {
    RecordingFacts facts;
    facts.boot_id = slurp("/proc/sys/kernel/random/boot_id");
    std::erase(facts.boot_id, '\n');
    facts.hostname = host.name;
    facts.boot_time = host.boot_time;
    facts.pid_namespace = host.pid_namespace;
    facts.mount_namespace = host.mount_namespace;
    facts.passwd = slurp("/etc/passwd");
    facts.group = slurp("/etc/group");
    return facts;
}

bool reads_environment(const rules::RuleSet& rules) {
    const auto named = [](const rules::Template::NamedField& field) {
        return is_environment(field.name);
    };
    const auto asks = [&](const rules::Template& text) {
        return std::ranges::any_of(text.fields(), named);
    };
    for (uint32_t index = 0; index < rules.rules().size(); ++index) {
        const rules::Rule& rule = rules.rule_of(index);
        if (rule.enabled &&
            (std::ranges::any_of(rules.program().fields_of(index), is_environment) ||
             asks(rule.message) ||
             std::ranges::any_of(rule.extra_fields, asks, &rules::NamedTemplate::value))) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> blind_spots(const KernelSource& source, const lang::EventSet& wanted) {
    const EventSet events = captured_of(wanted);
    std::vector<std::string> spots;
    for (const HookReport& report : source.hooks()) {
        if (report.blind_spot.empty() ||
            ((report.events & events).none() && report.chosen.empty())) {
            continue;
        }
        spots.push_back(report.hook + ": " + report.blind_spot);
    }
    return spots;
}

KernelLoss loss_of(const KernelSource& source) {
    KernelLoss loss;
    for (const RecordLoss& lost : source.losses()) {
        (kEventTable[lost.event].ring == LANE_critical ? loss.critical : loss.bulk) += lost.count;
    }
    return loss;
}

Result<void> run_until(Stop& stop, const std::function<Result<size_t>(int wait_ms)>& poll,
                       const std::function<void()>& every_second) {
    Clock::time_point tick = Clock::now() + std::chrono::seconds(1);
    while (!stop.requested()) {
        if (const Result<size_t> polled = poll(kWait); !polled) {
            return polled.error();
        }
        if (const Clock::time_point now = Clock::now(); now >= tick) {
            every_second();
            tick = now + std::chrono::seconds(1);
        }
    }
    const Clock::time_point end = Clock::now() + kLastLook;
    while (Clock::now() < end) {
        const Result<size_t> polled = poll(0);
        if (!polled) {
            return polled.error();
        }
        if (*polled == 0) {
            break;
        }
    }
    return {};
}

}  // namespace saker::cli
