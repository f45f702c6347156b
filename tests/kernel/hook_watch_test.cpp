// Hooks that tell no more, and that this is noticed.
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "engine/event/event.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// Hands canaries back to their source, as the pipeline does.
class Line final : public RecordSink {
  public:
    explicit Line(KernelSource& source) : source_(source) {}

    void take(std::span<const std::byte> record) override {
        const auto event = Event::parse(record);
        if (event && event->has(RECORD_CANARY)) {
            cpus_.set(event->header().cpu % cpus_.size());
            source_.take_canary(record);
        }
    }

    /// What a second of the daemon does.
    void second(bool is_time) {
        size_t records = 1;
        while (records != 0) {
            const auto polled = source_.poll(*this, 0);
            REQUIRE(polled);
            records = *polled;
        }
        source_.watch_hooks(is_time);
    }

    const std::bitset<1024>& cpus() const { return cpus_; }

  private:
    KernelSource& source_;
    std::bitset<1024> cpus_;
};

/// Descriptors of this process that hold a program in its place.
std::vector<int> links() {
    std::vector<int> found;
    DIR* folder = ::opendir("/proc/self/fdinfo");
    REQUIRE(folder != nullptr);
    while (const dirent* entry = ::readdir(folder)) {
        std::ifstream facts(std::string("/proc/self/fdinfo/") + entry->d_name);
        std::string line;
        while (std::getline(facts, line)) {
            if (line.starts_with("link_type:")) {
                found.push_back(std::stoi(entry->d_name));
            }
        }
    }
    ::closedir(folder);
    return found;
}

/// Takes a link away under the number it had: to the kernel nobody holds it any more.
void take_away(int link) {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    REQUIRE(::dup3(nothing, link, O_CLOEXEC) == link);
    ::close(nothing);
}

}  // namespace

TEST_CASE("hooks that tell are well, on every CPU", "[hook_watch]") {
    Watch watch(everything());
    Line line(watch.source());
    cpu_set_t before;
    REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
    const int rounds = CPU_COUNT(&before);
    for (int round = 0; round <= rounds; ++round) {
        line.second(true);
    }
    line.second(false);
    for (const HookTrouble& trouble : watch.source().troubles()) {
        UNSCOPED_INFO(trouble.rung << " on CPU " << trouble.cpu);
    }
    CHECK(watch.source().troubles().empty());
    CHECK(watch.source().canary_acts() > static_cast<uint64_t>(rounds));
    for (size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        INFO("CPU " << cpu);
        CHECK(line.cpus().test(cpu) == bool(CPU_ISSET(cpu, &before)));
    }
    cpu_set_t after;
    REQUIRE(::sched_getaffinity(0, sizeof after, &after) == 0);
    CHECK(CPU_EQUAL(&before, &after));
}

TEST_CASE("what is not read yet is no silence", "[hook_watch]") {
    Watch watch(only({EVENT_openat}));
    Line line(watch.source());
    watch.source().watch_hooks(true);
    for (int second = 0; second < 10; ++second) {
        watch.source().watch_hooks(true);  // and nobody reads the rings
    }
    CHECK(watch.source().troubles().empty());
    CHECK(watch.source().canary_acts() == 0);
    line.second(false);
    CHECK(watch.source().troubles().empty());
    CHECK(watch.source().canary_acts() == 1);
}

TEST_CASE("a link that somebody takes away is noticed at once, and its silence after it",
          "[hook_watch]") {
    const std::vector<int> of_others = links();
    Watch watch(only({EVENT_openat}));
    Line line(watch.source());
    line.second(true);
    line.second(false);
    REQUIRE(watch.source().troubles().empty());

    std::vector<int> ours = links();
    std::erase_if(ours, [&](int link) { return std::ranges::count(of_others, link) != 0; });
    REQUIRE_FALSE(ours.empty());
    for (const int link : ours) {
        take_away(link);
    }
    line.second(false);
    const auto removed = watch.source().troubles();
    REQUIRE(removed.size() > 3);  // one for each hook; some have several links
    CHECK(removed.size() <= ours.size());
    EventSet events;
    for (const HookTrouble& trouble : removed) {
        CHECK(trouble.kind == HookTrouble::Kind::removed);
        CHECK_FALSE(trouble.rung.empty());
        events |= trouble.events;
    }
    CHECK(events.test(EVENT_openat));
    CHECK(events.test(EVENT_execve));

    line.second(true);
    constexpr int kEnough = 5;
    for (int second = 0; second < kEnough; ++second) {
        line.second(false);
    }
    const auto& troubles = watch.source().troubles();
    const auto silent = std::ranges::find_if(troubles, [](const HookTrouble& trouble) {
        return trouble.kind == HookTrouble::Kind::silent && trouble.events.test(EVENT_openat);
    });
    CHECK(silent != troubles.end());
}
