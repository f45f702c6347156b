#include "tests/kernel/support/watch.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include "tests/kernel/support/capture.h"

namespace saker::kernel_tests {
namespace {

using Clock = std::chrono::steady_clock;

class Collector final : public RecordSink {
  public:
    void take(std::span<const std::byte> record) override { records.emplace_back(record); }

    std::vector<Record> records;
};

/// Enough for a loaded machine or an emulated one; a test that passes never waits so long.
std::chrono::milliseconds patience() {
    const char* given = std::getenv("SAKER_TEST_PATIENCE_MS");
    return std::chrono::milliseconds(given ? std::atol(given) : 10000);
}

bool is_end_of(const Record& record, pid_t pid) {
    return record.event().id() == EVENT_procexit && static_cast<pid_t>(record.header().pid) == pid;
}

/// $SAKER_KERNEL_WITHOUT names rungs to leave out (`lsm,fentry`), so that one kernel can show what
/// another, which lacks them, does.
std::vector<HookKind> rungs_left_out() {
    static constexpr std::array<std::pair<std::string_view, HookKind>, 7> kNames{{
        {"tp_btf", HookKind::tp_btf},
        {"fexit", HookKind::fexit},
        {"dispatcher", HookKind::syscall_dispatcher},
        {"tracepoint", HookKind::syscall_tracepoint},
        {"lsm", HookKind::lsm},
        {"fentry", HookKind::fentry},
        {"kprobe", HookKind::kprobe},
    }};
    const char* given = std::getenv("SAKER_KERNEL_WITHOUT");
    std::string_view rest = given ? given : "";
    std::vector<HookKind> kinds;
    while (!rest.empty()) {
        const size_t end = std::min(rest.find(','), rest.size());
        const auto* found = std::ranges::find(kNames, rest.substr(0, end),
                                              [](const auto& row) { return row.first; });
        if (found == kNames.end()) {
            FAIL("SAKER_KERNEL_WITHOUT names no rung: " << rest);
        }
        kinds.push_back(found->second);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return kinds;
}

Watch& shared_watch() {
    static Watch watch;
    return watch;
}

}  // namespace

KernelOptions everything() {
    KernelOptions options;
    options.scope.kind = Scope::Kind::processes;
    options.scope.pid = ::getpid();
    options.wanted.set();
    options.without = rungs_left_out();
    return options;
}

KernelOptions only(std::initializer_list<event_id> events) {
    KernelOptions options = everything();
    options.wanted.reset();
    for (const event_id event : events) {
        options.wanted.set(event);
    }
    return options;
}

Watch::Watch(const KernelOptions& options) {
    auto opened = KernelSource::open(options);
    if (!opened) {
        FAIL("the kernel source: " << opened.error().text());
    }
    source_ = *std::move(opened);
}

HookReport Watch::hook_of(event_id event) const {
    for (const HookReport& report : source_->hooks()) {
        if (report.events.test(event)) {
            return report;
        }
    }
    return {};
}

std::vector<Record> Watch::drain() {
    Collector collector;
    for (size_t count = 1; count != 0;) {
        const auto polled = source_->poll(collector, 0);
        if (!polled) {
            FAIL("reading the rings: " << polled.error().text());
        }
        count = *polled;
    }
    return std::move(collector.records);
}

Story Watch::follow(Actor& actor) {
    static constexpr int kWaitMs = 50;
    drain();
    Collector collector;
    actor.go();
    const auto deadline = Clock::now() + patience();
    size_t seen = 0;
    for (bool ended = false; !ended;) {
        const auto polled = source_->poll(collector, kWaitMs);
        if (!polled) {
            FAIL("reading the rings: " << polled.error().text());
        }
        for (; seen < collector.records.size(); ++seen) {
            ended |= is_end_of(collector.records[seen], actor.pid());
        }
        if (!ended && Clock::now() > deadline) {
            FAIL("the end of process " << actor.pid() << " was not reported");
        }
    }
    Story story;
    for (Record& record : collector.records) {
        story.add(std::move(record));
    }
    for (Record& record : drain()) {
        story.add(std::move(record));
    }
    story.end(actor.pid(), actor.wait());
    return story;
}

Story Watch::capture(const Act& act) {
    Actor actor(act);
    return follow(actor);
}

Story capture(const Act& act) {
    return shared_watch().capture(act);
}

std::vector<HookReport> hooks() {
    return shared_watch().source().hooks();
}

HookReport hook_of(event_id event) {
    return shared_watch().hook_of(event);
}

bool is_blind(event_id event) {
    const HookReport report = hook_of(event);
    if (!report.chosen.empty()) {
        return false;
    }
    CHECK_FALSE(report.blind_spot.empty());
    CHECK((!report.tried.empty() || !everything().without.empty()));  // none left, or left out
    WARN(report.hook << " has no rung on this kernel: " << report.blind_spot);
    return true;
}

bool is_blind_to_compat_calls(event_id event) {
    for (const HookReport& report : hooks()) {
        if (report.events.test(event) && report.chosen.starts_with("tracepoint/")) {
            CHECK(report.blind_spot.find("32-bit") != std::string::npos);
            WARN(report.chosen << " is blind to 32-bit calls: not tested");
            return true;
        }
    }
    return false;
}

}  // namespace saker::kernel_tests
