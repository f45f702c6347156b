#include "cli/doctor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/kernel_facts.h"
#include "cli/live.h"
#include "cli/log.h"
#include "cli/prepare.h"
#include "engine/event/event_table.h"

namespace saker::cli {
namespace {

using nlohmann::ordered_json;

/// All that was found out; `error` when no probe was loaded at all.
struct Findings {
    KernelFacts kernel;
    std::string error;
    std::vector<HookReport> hooks;
    std::string snapshot_hook;
    std::string cgroups;
    EventSet wanted;

    /// Asked for, or hooked for the sake of state.
    bool is_of_interest(size_t event) const {
        return !kEventTable[event].is_internal() &&
               (wanted.test(event) || std::ranges::any_of(hooks, [&](const HookReport& hook) {
                    return hook.events.test(event);
                }));
    }
};

Result<LiveOptions> what_is_wanted(const DoctorOptions& asked) {
    LiveOptions options;
    if (!asked.is_about_rules()) {
        options.wanted.set();
        return options;
    }
    const Prepared prepared = prepare(asked.config, asked.rules);
    if (!prepared.rules) {
        log_findings(prepared.findings);
        return Error{"the rules are wrong", "saker check says more"};
    }
    options.wanted = wanted_events(*prepared.rules);
    options.extras = extras_of(*prepared.rules);
    options.asked_twice = asks_for_races(*prepared.rules);
    return options;
}

/// Tries the hooks; for the moment that takes, only our own acts are in scope.
Findings examine(const DoctorOptions& asked) {
    Findings found;
    found.kernel = kernel_facts();
    Result<LiveOptions> wanted = what_is_wanted(asked);
    if (!wanted) {
        found.error = wanted.error().text();
        return found;
    }
    LiveOptions& options = *wanted;
    options.scope.kind = Scope::Kind::processes;
    options.scope.pid = ::getpid();
    found.wanted = captured_of(options.wanted);
    const auto source = open_kernel(options);
    if (!source) {
        found.error = source.error().text();
        return found;
    }
    found.hooks = (*source)->hooks();
    found.snapshot_hook = (*source)->snapshot_hook();
    found.cgroups = (*source)->hierarchy().name;
    return found;
}

/// One event, and what reports it.
struct EventReport {
    std::string name;
    const HookReport* hook = nullptr;  // null: nothing was tried

    bool is_seen() const {
        return hook && !hook->chosen.empty() && (hook->proven || !hook->provable);
    }
};

std::vector<EventReport> by_event(const Findings& found) {
    std::vector<EventReport> events;
    for (size_t id = 0; id < EVENT_COUNT; ++id) {
        if (!found.is_of_interest(id)) {
            continue;
        }
        EventReport report{std::string(kEventTable[id].name)};
        for (const HookReport& hook : found.hooks) {
            if (hook.events.test(id) && !report.is_seen()) {
                report.hook = &hook;
            }
        }
        events.push_back(report);
    }
    return events;
}

/// Null for what is not there.
ordered_json text_or_null(const std::string& text) {
    return text.empty() ? ordered_json() : ordered_json(text);
}

ordered_json tried_json(const HookReport& hook) {
    ordered_json all = ordered_json::array();
    for (const HookReport::Tried& tried : hook.tried) {
        all.push_back({{"hook", tried.rung}, {"error", tried.error}});
    }
    return all;
}

ordered_json event_json(const EventReport& event) {
    ordered_json json{{"name", event.name}, {"seen", event.is_seen()}};
    if (event.hook) {
        json["hook"] = text_or_null(event.hook->chosen);
        json["proven"] = event.hook->proven;
        json["provable"] = event.hook->provable;
        json["tried"] = tried_json(*event.hook);
        json["blind_spot"] = text_or_null(event.hook->blind_spot);
    }
    return json;
}

ordered_json kernel_json(const KernelFacts& kernel) {
    ordered_json capabilities = ordered_json::object();
    for (const Capability& capability : kernel.capabilities) {
        capabilities[capability.name] = capability.held;
    }
    return {{"release", kernel.release},
            {"architecture", kernel.architecture},
            {"btf", kernel.has_btf},
            {"lsm",
             kernel.is_securityfs_mounted ? ordered_json(kernel.security_modules) : ordered_json()},
            {"lockdown", text_or_null(kernel.lockdown)},
            {"capabilities", capabilities}};
}

/// Hooks that report no event themselves but make others truer.
std::vector<const HookReport*> supporting(const Findings& found) {
    std::vector<const HookReport*> hooks;
    for (const HookReport& hook : found.hooks) {
        if (hook.events.none()) {
            hooks.push_back(&hook);
        }
    }
    return hooks;
}

void print_json(const Findings& found, const std::vector<EventReport>& events, bool ok,
                std::ostream& out) {
    ordered_json report{{"ok", ok}, {"kernel", kernel_json(found.kernel)}};
    if (!found.error.empty()) {
        report["error"] = found.error;
    }
    report["snapshot"] = found.snapshot_hook.empty() ? "/proc" : found.snapshot_hook;
    report["cgroups"] = found.cgroups;
    report["events"] = ordered_json::array();
    for (const EventReport& event : events) {
        report["events"].push_back(event_json(event));
    }
    report["supporting"] = ordered_json::array();
    for (const HookReport* hook : supporting(found)) {
        report["supporting"].push_back({{"name", hook->hook},
                                        {"hook", text_or_null(hook->chosen)},
                                        {"proven", hook->proven},
                                        {"provable", hook->provable},
                                        {"tried", tried_json(*hook)},
                                        {"blind_spot", text_or_null(hook->blind_spot)}});
    }
    out << report.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

/// The verifier's log is for `--json`: here its first line must do.
std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
}

void print_hook(const std::string& name, const HookReport* hook, bool is_seen, std::ostream& out) {
    const std::string chosen = hook && !hook->chosen.empty() ? hook->chosen : "nothing";
    out << fmt::format("  {:<20} {:<8} {}\n", name, is_seen ? "seen" : "NOT SEEN", chosen);
    if (!hook) {
        out << fmt::format("  {:<20} {:<8}   this build has no hook for it\n", "", "");
        return;
    }
    for (const HookReport::Tried& tried : hook->tried) {
        out << fmt::format("  {:<20} {:<8}   not {}: {}\n", "", "", tried.rung,
                           first_line(tried.error));
    }
    if (!hook->blind_spot.empty()) {
        out << fmt::format("  {:<20} {:<8}   blind spot: {}\n", "", "", hook->blind_spot);
    }
}

void print_text(const Findings& found, const std::vector<EventReport>& events, bool ok,
                std::ostream& out) {
    const KernelFacts& kernel = found.kernel;
    out << fmt::format("kernel      {} ({})\n", kernel.release, kernel.architecture);
    out << fmt::format("BTF         {}\n", kernel.has_btf ? "yes" : "no: probes cannot be loaded");
    out << fmt::format("LSM         {}\n",
                       kernel.is_securityfs_mounted
                           ? fmt::format("{}", fmt::join(kernel.security_modules, ", "))
                           : "not known: securityfs is not mounted");
    out << fmt::format("lockdown    {}\n", kernel.lockdown.empty() ? "not known" : kernel.lockdown);
    for (const Capability& capability : kernel.capabilities) {
        out << fmt::format("capability  {:<20} {} ({})\n", capability.name,
                           capability.held ? "held" : "MISSING", capability.needed_for);
    }
    out << fmt::format("snapshot    {}\n",
                       found.snapshot_hook.empty() ? "/proc" : found.snapshot_hook);
    if (!found.error.empty()) {
        out << "\nno probe was loaded: " << found.error << '\n';
        return;
    }
    out << "\nevents\n";
    for (const EventReport& event : events) {
        print_hook(event.name, event.hook, event.is_seen(), out);
    }
    const std::vector<const HookReport*> others = supporting(found);
    out << (others.empty() ? "" : "\nhooks that tell what others cannot\n");
    for (const HookReport* hook : others) {
        print_hook(hook->hook, hook, !hook->chosen.empty(), out);
    }
    out << (ok ? "\nevery one of these events is seen\n" : "\nsome events are not seen\n");
}

}  // namespace

int run_doctor(const DoctorOptions& options, std::ostream& out) {
    const Findings found = examine(options);
    const std::vector<EventReport> events = by_event(found);
    const bool ok = found.error.empty() && std::ranges::all_of(events, &EventReport::is_seen);
    if (options.json) {
        print_json(found, events, ok, out);
    } else {
        print_text(found, events, ok, out);
    }
    return ok ? kFine : kRulesOrConfigWrong;
}

}  // namespace saker::cli
