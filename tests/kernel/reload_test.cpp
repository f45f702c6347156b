// Hooks change while events flow: what is wanted before and after is neither lost nor told twice.
#include <fcntl.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

struct Progress {
    std::atomic<bool> stop;
    std::atomic<uint32_t> opens;
};

EventSet set_of(std::initializer_list<event_id> events) {
    EventSet set;
    for (const event_id event : events) {
        set.set(event);
    }
    return set;
}

/// Prepares on another thread while records are taken on this one, then commits.
void change(KernelSource& source, const EventSet& wanted, RecordSink& sink) {
    std::atomic<bool> done = false;
    std::optional<Result<HookChange>> prepared;
    std::thread preparing([&] {
        prepared.emplace(source.prepare(wanted, {}, {}));
        done = true;
    });
    while (!done) {
        const auto polled = source.poll(sink, 1);
        CHECK(bool(polled));
    }
    preparing.join();
    if (!*prepared) {
        FAIL(prepared->error().text());
    }
    source.commit(**std::move(prepared));
}

class Tally final : public RecordSink {
  public:
    void take(std::span<const std::byte> bytes) override {
        const Record record(bytes);
        if (record.is_snapshot() || record.has(RECORD_CANARY)) {
            return;
        }
        const event_header& header = record.header();
        CHECK(numbers_[{header.lane, header.cpu}].insert(header.sequence).second);
        const std::string name(record.name());
        ++all[name];
        if (name == "openat") {
            const std::string path = record.text("name");
            if (path.starts_with("/nowhere/")) {
                ++opened[path.substr(9)];
            }
        }
    }

    std::map<std::string, size_t> all;
    std::map<std::string, size_t> opened;  // by what the path ends in

  private:
    std::map<std::pair<int, int>, std::set<uint64_t>> numbers_;
};

}  // namespace

TEST_CASE("hooks come and go under load, and the others do not notice", "[reload]") {
    const Shared<Progress> progress;
    Actor actor([&] {
        while (!progress->stop) {
            const std::string path = "/nowhere/" + std::to_string(progress->opens.load());
            raw(SYS_openat, AT_FDCWD, path.c_str(), O_RDONLY);
            ++progress->opens;
            raw(SYS_unlinkat, -1, "/nowhere/at/all", 0);
            raw(SYS_connect, -1, nullptr, 0);
        }
    });
    KernelOptions options = only({EVENT_openat});
    options.bulk_ring = 64 << 20;
    Watch watch(options);
    KernelSource& source = watch.source();
    Tally tally;
    CHECK(bool(source.poll(tally, 0)));  // the snapshot
    actor.go();
    const EventSet narrow = set_of({EVENT_openat});
    const EventSet wide = set_of({EVENT_openat, EVENT_unlinkat, EVENT_connect, EVENT_file_open});
    const auto hooks = source.hooks().size();
    size_t connects = 0;
    for (int round = 0; round < 2; ++round) {
        change(source, wide, tally);
        CHECK(source.hooks().size() > hooks);
        while (tally.all["connect"] == connects || tally.all["unlinkat"] == 0) {
            CHECK(bool(source.poll(tally, 1)));
        }
        change(source, narrow, tally);
        CHECK(source.hooks().size() == hooks);
        while (*source.poll(tally, 0) > 0 && tally.all["connect"] == connects) {
        }
        connects = tally.all["connect"];
        const uint32_t until = progress->opens + 100;
        while (progress->opens < until) {
            CHECK(bool(source.poll(tally, 1)));
        }
    }
    progress->stop = true;
    actor.wait();
    while (*source.poll(tally, 0) > 0) {
    }
    CHECK(source.losses().empty());
    size_t wrong = 0;
    for (uint32_t number = 0; number < progress->opens; ++number) {
        wrong += tally.opened[std::to_string(number)] != 1;
    }
    CHECK(progress->opens > 100);
    CHECK(wrong == 0);
    INFO(progress->opens << " opens, " << tally.all["connect"] << " connects");
    CHECK(tally.all["connect"] < progress->opens);
}

TEST_CASE("what is no longer wanted is no longer told", "[reload]") {
    KernelOptions options = only({EVENT_openat, EVENT_unlinkat});
    Watch watch(options);
    Tally tally;
    CHECK(bool(watch.source().poll(tally, 0)));
    change(watch.source(), set_of({EVENT_openat}), tally);
    const Story without = watch.capture([] {
        raw(SYS_unlinkat, -1, "/nowhere/at/all", 0);
        raw(SYS_openat, AT_FDCWD, "/nowhere/file", O_RDONLY);
    });
    CHECK_FALSE(without.has("unlinkat"));
    CHECK(without.has("openat"));
    change(watch.source(), set_of({EVENT_unlinkat}), tally);
    const Story with = watch.capture([] {
        raw(SYS_unlinkat, -1, "/nowhere/at/all", 0);
        raw(SYS_openat, AT_FDCWD, "/nowhere/file", O_RDONLY);
    });
    CHECK(with.has("unlinkat"));
    CHECK_FALSE(with.has("openat"));
}

TEST_CASE("a change given up leaves everything as it was", "[reload]") {
    Watch watch(only({EVENT_openat}));
    Tally tally;
    CHECK(bool(watch.source().poll(tally, 0)));
    std::atomic<bool> done = false;
    std::thread preparing([&] {
        auto change = watch.source().prepare(set_of({EVENT_unlinkat}), {}, {.environment = true});
        CHECK(bool(change));
        if (change) {
            watch.source().give_up(*std::move(change));
        }
        done = true;
    });
    while (!done) {
        CHECK(bool(watch.source().poll(tally, 1)));
    }
    preparing.join();
    const Story story = watch.capture([] {
        raw(SYS_unlinkat, -1, "/nowhere/at/all", 0);
        raw(SYS_openat, AT_FDCWD, "/nowhere/file", O_RDONLY);
    });
    CHECK_FALSE(story.has("unlinkat"));
    CHECK(story.has("openat"));
}
