// How many events a second one core decides, and how long rules take to become a program.
#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "engine/rules/loader.h"
#include "tests/bench/engine_events.h"
#include "tests/bench/engine_rules.h"

namespace saker::bench {
namespace {

using Shared = std::shared_ptr<const Conditions>;

/// Events enough to be various, few enough to stay in the cache as those of a ring do.
constexpr size_t kWarm = 1 << 11;

/// So many that each is read from memory.
constexpr size_t kCold = 1 << 17;

/// Judges the day's events over and over; with `only`, those of one kind.
void judge(benchmark::State& bench, const Shared& conditions, size_t count,
           std::optional<EventKind> only) {
    const BenchRules rules(*conditions);
    const OrdinaryDay day(count);
    std::vector<const BenchEvent*> events;
    for (const BenchEvent& event : day.events()) {
        if (!only || event.kind == *only) {
            events.push_back(&event);
        }
    }
    lang::MatchState state = rules.program().new_state();
    BenchReader reader;
    std::vector<uint32_t> matches;
    uint64_t matched = 0;
    size_t next = 0;
    for (auto _ : bench) {
        const BenchEvent& event = *events[next];
        next = next + 1 == events.size() ? 0 : next + 1;
        reader.see(event);
        matches.clear();
        rules.program().match(event.kind, reader, state, matches);
        matched += matches.size();
    }
    const auto judged = static_cast<double>(bench.iterations());
    bench.counters["events/s"] = benchmark::Counter(judged, benchmark::Counter::kIsRate);
    bench.counters["reads/event"] = static_cast<double>(reader.reads()) / judged;
    bench.counters["matches/event"] = static_cast<double>(matched) / judged;
    bench.counters["rules"] = static_cast<double>(conditions->size());
    bench.counters["tests"] = static_cast<double>(rules.program().predicate_count());
}

void build(benchmark::State& bench, const Shared& conditions) {
    for (auto _ : bench) {
        const BenchRules rules(*conditions);
        benchmark::DoNotOptimize(&rules.program());
    }
}

/// From the file to the program: YAML, conditions, outputs and all.
void load(benchmark::State& bench, const std::string& text) {
    const auto path = std::filesystem::temp_directory_path() /
                      fmt::format("saker-engine-bench-{}.yaml", getpid());
    std::ofstream(path) << text;
    size_t count = 0;
    for (auto _ : bench) {
        const rules::Loaded loaded = rules::load_rules({path});
        if (!loaded.ok()) {
            bench.SkipWithError(loaded.diagnostics.front().message.c_str());
            break;
        }
        count = loaded.count;
    }
    bench.counters["rules"] = static_cast<double>(count);
    std::filesystem::remove(path);
}

void register_set(const std::string& name, Conditions conditions) {
    if (conditions.empty()) {
        fmt::print(stderr, "no rules for {}: not measured\n", name);
        return;
    }
    const auto shared = std::make_shared<const Conditions>(std::move(conditions));
    benchmark::RegisterBenchmark(("judge/" + name).c_str(), judge, shared, kWarm, std::nullopt);
    benchmark::RegisterBenchmark(("judge cold/" + name).c_str(), judge, shared, kCold,
                                 std::nullopt);
    benchmark::RegisterBenchmark(("build/" + name).c_str(), build, shared)
        ->Unit(benchmark::kMillisecond);
}

void register_kinds(const std::string& name, Conditions conditions) {
    const auto shared = std::make_shared<const Conditions>(std::move(conditions));
    for (const char* kind : {"openat", "execve", "clone", "close", "connect", "sendto", "socket"}) {
        benchmark::RegisterBenchmark(fmt::format("judge/{}/{}", name, kind).c_str(), judge, shared,
                                     kWarm, find_event_kind(kind));
    }
}

void register_load(const std::string& name, const std::string& text) {
    benchmark::RegisterBenchmark(("load/" + name).c_str(), load, text)
        ->Unit(benchmark::kMillisecond);
}

void register_all() {
    const std::filesystem::path source = SAKER_SOURCE_DIR;
    const auto published_file = source / ".." / "shared" / "falco-rules" / "falco_rules.yaml";
    const Conditions published = conditions_in({published_file});
    register_set("published", multiplied(published, published.size()));
    for (const size_t times : {10, 40, 100}) {
        register_set(fmt::format("published x{}", times),
                     multiplied(published, published.size() * times));
    }
    register_set("shipped", conditions_in({source / "rules"}));
    for (const size_t count : {25, 250, 1000, 2500}) {
        register_set(fmt::format("unrelated x{}", count), unrelated(count));
    }
    if (!published.empty()) {
        register_kinds("published", multiplied(published, published.size()));
        register_kinds("published x40", multiplied(published, published.size() * 40));
        std::stringstream text;
        text << std::ifstream(published_file).rdbuf();
        register_load("published", text.str());
        register_load("published x40", repeated_file(text.str(), 40));
    }
    register_load("unrelated x1000", unrelated_file(1000));
}

}  // namespace
}  // namespace saker::bench

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    saker::bench::register_all();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
