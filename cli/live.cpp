#include "cli/live.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include "cli/exit_code.h"
#include "engine/event/event_table.h"
#include "engine/event/system_calls.h"

namespace saker::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWait = 100;  // ms; how late a signal may be noticed
constexpr std::chrono::milliseconds kLastLook{500};

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

bool is_data(std::string_view field) {
    return field == "evt.buffer" || field.ends_with("arg.data") ||
           field.ends_with("arg.msgcontrol");
}

bool is_arguments(std::string_view field) {
    static constexpr std::string_view kFields[] = {
        "proc.args",        "proc.aargs",   "proc.cmdline",  "proc.acmdline",   "proc.pcmdline",
        "proc.sid.cmdline", "proc.exeline", "proc.cmdnargs", "proc.cmdlenargs", "evt.arg.args"};
    return std::ranges::any_of(kFields,
                               [&](std::string_view one) { return field.starts_with(one); });
}

}  // namespace

CallSet calls_of(const lang::EventSet& wanted) {
    CallSet calls;
    if (wanted.test(index_of(event_kind("syscall")))) {
        return calls;
    }
    for (const SystemCall& call : system_calls()) {
        const size_t kind = index_of(call.kind);
        calls[kind] = wanted.test(kind) && !event_of_call(call.kind);
    }
    return calls;
}

EventSet captured_of(const lang::EventSet& wanted) {
    EventSet events;
    for (size_t id = 0; id < EVENT_COUNT; ++id) {
        events[id] = wanted.test(index_of(kEventTable[id].kind));
    }
    if (calls_of(wanted).any()) {
        events[EVENT_syscall] = true;
    }
    return events;
}

Result<std::unique_ptr<KernelSource>> open_kernel(const LiveOptions& options) {
    KernelOptions kernel;
    kernel.scope = options.scope;
    kernel.wanted = captured_of(options.wanted);
    kernel.calls = calls_of(options.wanted);
    kernel.extras = options.extras;
    kernel.asked_twice = options.asked_twice;
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

namespace {

/// Some enabled rule reads such a field, in its condition or its output.
bool reads(const rules::RuleSet& rules, bool (*is_such)(std::string_view field)) {
    const auto named = [is_such](const rules::Template::NamedField& field) {
        return is_such(field.name);
    };
    const auto asks = [&](const rules::Template& text) {
        return std::ranges::any_of(text.fields(), named);
    };
    for (uint32_t index = 0; index < rules.rules().size(); ++index) {
        const rules::Rule& rule = rules.rule_of(index);
        if (rule.enabled &&
            (std::ranges::any_of(rules.program().fields_of(index), is_such) || asks(rule.message) ||
             std::ranges::any_of(rule.extra_fields, asks, &rules::NamedTemplate::value) ||
             std::ranges::any_of(rule.throttling.by, asks, &rules::NamedTemplate::value))) {
            return true;
        }
    }
    return false;
}

bool is_working_directory(std::string_view field) {
    return field.starts_with("proc.cwd");
}

}  // namespace

Extras extras_of(const rules::RuleSet& rules) {
    return {reads(rules, is_environment), reads(rules, is_data), reads(rules, is_arguments)};
}

bool asks_for_races(const rules::RuleSet& rules) {
    return reads(rules, [](std::string_view field) { return field == "evt.toctou"; });
}

std::vector<std::string> first_names(DomainNames& names) {
    static constexpr std::chrono::milliseconds kPatience{1000};
    names.wait(kPatience);
    names.refresh();
    return names.unknown();
}

lang::EventSet wanted_events(const rules::RuleSet& rules) {
    lang::EventSet wanted = rules.program().wanted_events();
    if (reads(rules, is_working_directory)) {
        wanted.set(index_of(event_kind("chdir"))).set(index_of(event_kind("fchdir")));
    }
    return wanted;
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

InternalNotice describe_trouble(const HookTrouble& trouble) {
    const bool is_removed = trouble.kind == HookTrouble::Kind::removed;
    std::string events;
    for (size_t id = 0; id < EVENT_COUNT; ++id) {
        if (trouble.events.test(id)) {
            events += (events.empty() ? "" : " ") + std::string(kEventTable[id].name);
        }
    }
    InternalNotice notice{"Saker internal: hook lost", "", {}};
    notice.message = is_removed ? "Somebody took away Saker's hook " + trouble.rung
                                : "Saker's hook " + trouble.rung + " is silent on CPU " +
                                      std::to_string(trouble.cpu);
    notice.message += "; not surely seen now: " + events;
    const auto add = [&](const char* name, auto value) {
        notice.fields.push_back({name, rules::OutputScalar(std::move(value))});
    };
    add("saker.hook", trouble.hook);
    add("saker.rung", trouble.rung);
    add("saker.reason", std::string(is_removed ? "removed" : "silent"));
    add("saker.cpu", int64_t{trouble.cpu});
    add("saker.events", events);
    return notice;
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
