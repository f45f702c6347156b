// What is shed, when, in which order, and when it comes back.
#include "cli/budget.h"

#include <catch2/catch.hpp>

using namespace saker;
using namespace saker::cli;

namespace {

/// A daemon that uses so much of a CPU, second by second, while these events come.
struct Bench {
    explicit Bench(std::vector<event_id> order, uint32_t most = 20) : budget({most, order}) {}

    /// What changed in so many seconds.
    std::vector<std::string> run(int seconds, double percent,
                                 const std::vector<event_id>& coming = {EVENT_close,
                                                                        EVENT_openat}) {
        std::vector<std::string> all;
        for (int i = 0; i < seconds; ++i) {
            now += 1;
            cpu += percent / 100;
            for (const event_id event : coming) {
                events[event] += 1000;
            }
            if (const auto change = budget.step(now, cpu, events)) {
                all.push_back(describe_change(*change, budget).message);
            }
        }
        return all;
    }

    Budget budget;
    double now = 1000;
    double cpu = 3;
    Budget::Counts events{};
};

bool begins(const std::vector<std::string>& all, std::vector<std::string> words) {
    return std::ranges::equal(all, words, [](const std::string& text, const std::string& word) {
        return text.starts_with(word);
    });
}

}  // namespace

TEST_CASE("without a limit, or below it, nothing is shed") {
    Bench limitless({EVENT_close}, 0);
    CHECK(limitless.run(100, 400).empty());
    Bench modest({EVENT_close});
    CHECK(modest.run(100, 19).empty());
}

TEST_CASE("a short burst is no reason to shed") {
    Bench bench({EVENT_close});
    bench.run(10, 1);
    CHECK(bench.run(1, 80).empty());
    CHECK(bench.run(20, 1).empty());
}

TEST_CASE("the least important goes first, then the next; then it is said that nothing is left") {
    Bench bench({EVENT_close, EVENT_openat});
    CHECK(begins(bench.run(60, 90), {"close is not watched now", "openat is not watched now",
                                     "nothing is left that may be shed"}));
    CHECK(bench.budget.shed() == std::vector<event_id>{EVENT_close, EVENT_openat});
    CHECK(bench.budget.shed_set().count() == 2);
}

TEST_CASE("what does not come is not shed: it would help nobody") {
    Bench bench({EVENT_close, EVENT_openat});
    CHECK(begins(bench.run(20, 90, {EVENT_openat}),
                 {"openat is not watched now", "nothing is left that may be shed"}));
}

TEST_CASE("the last shed is the first back, and not while the limit is near") {
    Bench bench({EVENT_close, EVENT_openat});
    while (bench.budget.shed().size() < 2) {
        bench.run(1, 90);
    }
    CHECK(bench.run(100, 18).empty());
    CHECK(begins(bench.run(60, 3), {"openat is watched again", "close is watched again"}));
    CHECK(bench.budget.shed().empty());
}

TEST_CASE("what has to go again soon stays away twice as long") {
    Bench bench({EVENT_close});
    int last = 0;
    for (int round = 0; round < 3; ++round) {
        while (bench.budget.shed().empty()) {
            bench.run(1, 90);
        }
        int away = 0;
        while (!bench.budget.shed().empty()) {
            bench.run(1, 1);
            ++away;
        }
        CHECK(away >= 2 * last - 2);
        CHECK(away <= Budget::kLongestHold);
        last = away;
    }
    bench.run(1000, 1);
    bench.run(10, 90);
    CHECK_FALSE(bench.budget.shed().empty());
    CHECK(begins(bench.run(15, 1), {"close is watched again"}));
}

TEST_CASE("only what is not critical may be shed") {
    CHECK(may_be_shed(*find_event_row("close")));
    CHECK(may_be_shed(*find_event_row("openat")));
    for (const char* name : {"execve", "procexit", "clone", "setuid", "ptrace", "init_module"}) {
        INFO(name);
        CHECK_FALSE(may_be_shed(*find_event_row(name)));
    }
    CHECK(find_event_row("nothing") == nullptr);
    config::BudgetSettings settings;
    CHECK(budget_options(settings).order.size() == settings.shed.size());
}
