// Nothing is lost in silence: sequence numbers without gaps, or losses counted to the last one.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/program.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// What came by one lane of one CPU.
struct Track {
    uint64_t first = UINT64_MAX;
    uint64_t last = 0;
    std::set<uint64_t> seen;

    uint64_t missing() const { return seen.empty() ? 0 : last - first + 1 - seen.size(); }
};

using Tracks = std::map<std::pair<int, int>, Track>;

void add(Tracks& tracks, const std::vector<Record>& records) {
    for (const Record& record : records) {
        if (record.is_snapshot()) {
            continue;
        }
        const event_header& header = record.header();
        Track& track = tracks[{header.lane, header.cpu}];
        track.first = std::min<uint64_t>(track.first, header.sequence);
        track.last = std::max<uint64_t>(track.last, header.sequence);
        CHECK(track.seen.insert(header.sequence).second);
    }
}

uint64_t missing(const Tracks& tracks, lane lane) {
    uint64_t sum = 0;
    for (const auto& [place, track] : tracks) {
        sum += place.first == lane ? track.missing() : 0;
    }
    return sum;
}

uint64_t counted(const std::vector<RecordLoss>& losses, lane lane) {
    uint64_t sum = 0;
    for (const RecordLoss& loss : losses) {
        CHECK(loss.count > 0);
        CHECK_FALSE(loss.reason.empty());
        sum += kEventTable[loss.event].ring == lane ? loss.count : 0;
    }
    return sum;
}

void on_each_cpu(const Act& act) {
    cpu_set_t allowed;
    must(::sched_getaffinity(0, sizeof allowed, &allowed) == 0, "the CPUs");
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed)) {
            continue;
        }
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        must(::sched_setaffinity(0, sizeof one, &one) == 0, "a CPU");
        act();
    }
}

void open_often(int times) {
    for (int i = 0; i < times; ++i) {
        raw(SYS_openat, AT_FDCWD, "/nowhere/flood", O_RDONLY);
    }
}

/// One bulk and one critical record on each CPU: between two of these every gap shows.
void mark_each_cpu() {
    on_each_cpu([] {
        open_often(1);
        raw(SYS_setuid, ::getuid());
    });
}

KernelOptions tiny_bulk_ring() {
    KernelOptions options = only({EVENT_openat, EVENT_unlinkat, EVENT_setuid});
    options.bulk_ring = 64 * 1024;
    return options;
}

}  // namespace

TEST_CASE("when nothing is lost the sequences have no gap", "[loss]") {
    Watch watch(only({EVENT_openat, EVENT_setuid}));
    const auto story = watch.capture([] {
        for (int round = 0; round < 20; ++round) {
            on_each_cpu([] {
                open_often(10);
                raw(SYS_setuid, ::getuid());
                if (::fork() == 0) {
                    ::_exit(0);
                }
            });
        }
    });
    Tracks tracks;
    add(tracks, story.records());
    CHECK(tracks.size() >= 2);
    CHECK(missing(tracks, LANE_bulk) == 0);
    CHECK(missing(tracks, LANE_critical) == 0);
    CHECK(watch.source().losses().empty());
}

TEST_CASE("what is not watched takes no sequence number", "[loss]") {
    Watch watch(only({EVENT_openat, EVENT_setuid}));
    const auto story = watch.capture([] {
        mark_each_cpu();
        on_each_cpu([] {
            ::close(::dup(0));
            raw(SYS_unlinkat, AT_FDCWD, "/nowhere/unwatched", 0);
        });
        mark_each_cpu();
    });
    Tracks tracks;
    add(tracks, story.records());
    CHECK(missing(tracks, LANE_bulk) == 0);
    CHECK_FALSE(story.has("unlinkat"));
}

TEST_CASE("what is shed is counted, takes no sequence number, and comes back", "[loss]") {
    Watch watch(only({EVENT_openat, EVENT_unlinkat, EVENT_setuid}));
    KernelSource& source = watch.source();
    const auto acts = [] {
        on_each_cpu([] {
            raw(SYS_unlinkat, AT_FDCWD, "/nowhere/unlinked", 0);
            open_often(10);
            raw(SYS_setuid, ::getuid());
        });
    };
    source.shed(EventSet().set(EVENT_openat));
    const auto quiet = watch.capture(acts);
    CHECK_FALSE(quiet.has("openat"));
    CHECK(quiet.has("unlinkat"));
    CHECK(quiet.has("setuid"));
    const auto shed = source.shed_counts();
    REQUIRE(shed.size() == 1);
    CHECK(shed[0].event == EVENT_openat);
    CHECK(shed[0].count >= 10);
    source.shed({});
    const auto loud = watch.capture(acts);
    CHECK(loud.all("openat").size() >= 10);
    CHECK(source.shed_counts()[0].count == shed[0].count);
    CHECK(source.losses().empty());
    Tracks tracks;
    add(tracks, quiet.records());
    add(tracks, loud.records());
    CHECK(missing(tracks, LANE_bulk) == 0);
}

TEST_CASE("a flood loses bulk records, each counted, and no program's start", "[loss]") {
    static constexpr int kPrograms = 40;
    static constexpr int kOpens = 500;
    const Folder folder;
    const std::string program = folder.path("program");
    install(exiting_program(), program);
    Watch watch(tiny_bulk_ring());
    Tracks tracks;
    add(tracks, watch.capture(mark_each_cpu).records());
    REQUIRE(watch.source().losses().empty());

    struct Pids {
        pid_t each[kPrograms];
    };
    const Shared<Pids> programs;
    Actor flood([&] {
        for (pid_t& pid : programs->each) {
            const pid_t child = ::fork();
            if (child == 0) {
                open_often(kOpens);
                ::execl(program.c_str(), "program", nullptr);
                ::_exit(kRefused);
            }
            pid = child;
        }
    });
    flood.run();  // nobody reads meanwhile, so the ring must overflow
    const auto flooded = watch.drain();
    add(tracks, flooded);
    const auto losses = watch.source().losses();
    add(tracks, watch.capture(mark_each_cpu).records());

    CHECK(counted(losses, LANE_bulk) > 0);
    CHECK(counted(losses, LANE_bulk) == missing(tracks, LANE_bulk));
    CHECK(counted(losses, LANE_critical) == 0);
    CHECK(missing(tracks, LANE_critical) == 0);
    std::set<pid_t> started;
    for (const Record& record : flooded) {
        if (record.name() == "execve") {
            started.insert(static_cast<pid_t>(record.header().pid));
        }
    }
    for (const pid_t pid : programs->each) {
        CHECK(started.count(pid) == 1);
    }
}

TEST_CASE("after a flood what comes next is heard", "[loss]") {
    Watch watch(tiny_bulk_ring());
    Actor flood([] { open_often(2000); });
    flood.run();
    watch.drain();
    const auto story = watch.capture([] { raw(SYS_openat, AT_FDCWD, "/nowhere/after", O_RDONLY); });
    CHECK(story.has("openat", says("name", "/nowhere/after")));
}

TEST_CASE("losses name their event", "[loss]") {
    Watch watch(tiny_bulk_ring());
    Actor flood([] {
        for (int i = 0; i < 2000; ++i) {
            raw(SYS_unlinkat, AT_FDCWD, "/nowhere/flood", 0);
        }
    });
    flood.run();
    for (const RecordLoss& loss : watch.source().losses()) {
        CHECK(loss.event == EVENT_unlinkat);
        CHECK(loss.count < 2000);
    }
    CHECK_FALSE(watch.source().losses().empty());
}
