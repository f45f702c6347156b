// What being watched costs: each load without and with the daemon, alternating in one run, and the
// daemon's own CPU time, memory, losses and delays. See docs/performance.md for how to read it.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <regex>
#include <thread>
#include <vector>

#include "tests/bench/load_process.h"
#include "tests/bench/process_cost.h"
#include "tests/support/live.h"

namespace saker::bench {
namespace {

using nlohmann::json;
using support::Daemon;
using Clock = std::chrono::steady_clock;

constexpr int kLoadCore = 0;
constexpr int kDaemonCore = 1;

struct Options {
    int rounds = 7;
    double flood_seconds = 3;
    std::string rules = SAKER_SOURCE_DIR "/rules";
    std::string json_file;
};

double milliseconds_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double quantile(std::vector<double> values, double share) {
    if (values.empty())
        return std::nan("");
    std::sort(values.begin(), values.end());
    return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

double median(std::vector<double> values) {
    return quantile(std::move(values), 0.5);
}

Daemon start_daemon(const Options& options, pid_t scope) {
    auto daemon =
        Daemon::start({"--json", "--scope", "pid:" + std::to_string(scope), "-r", options.rules});
    if (!daemon) {
        std::cerr << daemon.error().text();
        std::exit(1);
    }
    return std::move(*daemon);
}

/// The number before a word of the daemon's last line: "12 events, 3 alerts, 0 lost".
double number_before(const std::string& words, const std::string& word) {
    std::smatch found;
    const std::regex pattern("([0-9]+) " + word);
    return std::regex_search(words, found, pattern) ? std::stod(found[1]) : std::nan("");
}

struct Measured {
    std::vector<double> alone, watched, daemon;
};

json row(const Load& load, const Measured& measured) {
    const double alone = median(measured.alone);
    const double watched = median(measured.watched);
    return {{"load", load.name},
            {"what", load.what},
            {"alone_ns", alone},
            {"watched_ns", watched},
            {"added_ns", watched - alone},
            {"ratio", watched / alone},
            {"daemon_cpu_ns", median(measured.daemon)}};
}

/// Those of everyday, or those of the families of hooks.
std::vector<size_t> chosen(bool families) {
    std::vector<size_t> some;
    for (size_t load = 0; load < loads().size(); ++load)
        if (loads()[load].is_family == families)
            some.push_back(load);
    return some;
}

json measure_loads(const Options& options, bool families, json& memory) {
    LoadProcess process(kLoadCore);
    const std::vector<size_t> some = chosen(families);
    std::vector<Measured> measured(loads().size());
    for (int round = 0; round < options.rounds; ++round) {
        for (const size_t load : some)
            measured[load].alone.push_back(process.run(load));
        Daemon daemon = start_daemon(options, process.pid());
        const pid_t watcher = daemon.child().pid();
        for (const size_t load : some) {
            const uint64_t before = settled_cpu_ns(watcher);
            measured[load].watched.push_back(process.run(load));
            measured[load].daemon.push_back(static_cast<double>(settled_cpu_ns(watcher) - before) /
                                            static_cast<double>(loads()[load].repeats));
        }
        const Memory now = memory_of(watcher);
        memory = {{"resident_kb", now.resident_kb}, {"rings_resident_kb", now.rings_kb}};
        daemon.stop();
        std::cerr << "round " << round + 1 << " of " << options.rounds << "\n";
    }
    json rows = json::array();
    for (const size_t load : some)
        rows.push_back(row(loads()[load], measured[load]));
    return rows;
}

/// One flooding process on each core given.
json measure_flood(const Options& options, const std::vector<int>& cores) {
    std::vector<std::unique_ptr<LoadProcess>> processes;
    for (const int core : cores)
        processes.push_back(std::make_unique<LoadProcess>(core));
    Daemon daemon = start_daemon(options, ::getpid());
    const pid_t watcher = daemon.child().pid();
    const uint64_t before = settled_cpu_ns(watcher);
    for (auto& process : processes)
        process->begin_flood(options.flood_seconds);
    uint64_t opens = 0;
    for (auto& process : processes)
        opens += process->flooded();
    const double cpu = static_cast<double>(settled_cpu_ns(watcher) - before) / 1e9;
    daemon.stop();
    const std::string words = daemon.last_words();
    return {{"processes", cores.size()},
            {"opens", opens},
            {"opens_per_second", static_cast<double>(opens) / options.flood_seconds},
            {"events", number_before(words, "events")},
            {"lost", number_before(words, "lost")},
            {"daemon_cpu_seconds", cpu},
            {"opens_per_cpu_second", static_cast<double>(opens) / cpu}};
}

void open_a_sensitive_file() {
    ::close(::open("/etc/shadow", O_RDONLY));
}

bool wait_for_alert(Daemon& daemon) {
    return daemon.child().out().next(support::patience()).has_value();
}

json measure_start(const Options& options) {
    std::vector<double> ready, first_alert;
    for (int round = 0; round < options.rounds; ++round) {
        const auto begin = Clock::now();
        Daemon daemon = start_daemon(options, ::getpid());
        ready.push_back(milliseconds_since(begin));
        open_a_sensitive_file();
        if (wait_for_alert(daemon))
            first_alert.push_back(milliseconds_since(begin));
        daemon.stop();
    }
    return {{"ready_ms", median(ready)}, {"first_alert_ms", median(first_alert)}};
}

json measure_delay(const Options& options) {
    Daemon daemon = start_daemon(options, ::getpid());
    std::vector<double> delays;
    for (int act = 0; act < 300; ++act) {
        std::this_thread::sleep_for(std::chrono::milliseconds(7 + act % 13));  // an idle host
        while (daemon.child().out().next(support::Milliseconds(0))) {
        }  // alerts of other rules for the act before
        const auto begin = Clock::now();
        open_a_sensitive_file();
        if (!wait_for_alert(daemon))
            break;
        delays.push_back(milliseconds_since(begin));
    }
    daemon.stop();
    return {{"acts", delays.size()},
            {"p50_ms", quantile(delays, 0.5)},
            {"p90_ms", quantile(delays, 0.9)},
            {"p99_ms", quantile(delays, 0.99)}};
}

json measure_idle(const Options& options) {
    LoadProcess process(kLoadCore);
    Daemon daemon = start_daemon(options, process.pid());
    const pid_t watcher = daemon.child().pid();
    const uint64_t before = settled_cpu_ns(watcher);
    const auto begin = Clock::now();
    std::this_thread::sleep_for(std::chrono::seconds(3));
    const double share =
        static_cast<double>(cpu_ns(watcher) - before) / 1e4 / milliseconds_since(begin);
    daemon.stop();
    return {{"cpu_percent", share}};
}

void print_loads(const json& rows) {
    fmt::print("{:<34}{:>12}{:>12}{:>12}{:>8}{:>14}\n", "per operation", "alone ns", "watched ns",
               "added ns", "ratio", "daemon CPU ns");
    for (const json& row : rows)
        fmt::print("{:<34}{:>12.0f}{:>12.0f}{:>12.0f}{:>8.2f}{:>14.0f}\n",
                   row["what"].get<std::string>(), row["alone_ns"].get<double>(),
                   row["watched_ns"].get<double>(), row["added_ns"].get<double>(),
                   row["ratio"].get<double>(), row["daemon_cpu_ns"].get<double>());
}

void print(const json& report) {
    print_loads(report["loads"]);
    print_loads(report["families"]);
    for (const char* part : {"flood", "two_floods", "memory", "start", "act_to_alert", "idle"})
        fmt::print("{}: {}\n", part, report[part].dump());
}

int run(const Options& options) {
    char folder[] = "/tmp/saker-bench-XXXXXX";
    if (!::mkdtemp(folder)) {
        std::perror(folder);
        return 1;
    }
    prepare_loads(folder);
    stay_on_core(kDaemonCore);  // the daemons started from here inherit it
    json report;
    report["rounds"] = options.rounds;
    report["start"] = measure_start(options);
    report["act_to_alert"] = measure_delay(options);
    report["idle"] = measure_idle(options);
    report["loads"] = measure_loads(options, false, report["memory"]);
    Options all_families = options;
    all_families.rules = SAKER_SOURCE_DIR "/tests/bench/families.yaml";
    json unused;
    report["families"] = measure_loads(all_families, true, unused);
    report["flood"] = measure_flood(options, {kLoadCore});
    report["two_floods"] = measure_flood(options, {kLoadCore, kDaemonCore});
    std::filesystem::remove_all(folder);
    print(report);
    if (!options.json_file.empty())
        std::ofstream(options.json_file) << report.dump(2) << "\n";
    return 0;
}

}  // namespace
}  // namespace saker::bench

int main(int argc, char** argv) {
    saker::bench::Options options;
    CLI::App app{"What being watched costs, side by side with nothing loaded."};
    app.add_option("--rounds", options.rounds, "how often each load is measured both ways");
    app.add_option("--flood-seconds", options.flood_seconds, "how long a flood lasts");
    app.add_option("-r,--rules", options.rules, "rules the daemon judges by");
    app.add_option("--json", options.json_file, "write the figures to this file too");
    CLI11_PARSE(app, argc, argv);
    return saker::bench::run(options);
}
