// When losses become alerts, and what these say.
#include "cli/loss_teller.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace saker;
using cli::LossTeller;

TEST_CASE("a loss is told at once, the next after ten seconds, and none twice") {
    LossTeller teller;
    CHECK_FALSE(teller.step({}));
    std::vector<RecordLoss> losses{{EVENT_openat, "the ring was full", 5},
                                   {EVENT_unlink, "nested too deeply", 7}};
    const auto first = teller.step(losses);
    REQUIRE(first);
    CHECK(first->message ==
          "12 events were lost in the kernel: unlink 7 (nested too deeply), openat 5 (the ring was "
          "full)");
    CHECK(first->priority == rules::Priority::warning);
    losses[0].count = 6;
    for (int second = 0; second < 9; ++second) {
        CHECK_FALSE(teller.step(losses));
    }
    losses[0].count = 8;
    const auto next = teller.step(losses);
    REQUIRE(next);
    CHECK(next->message == "3 events were lost in the kernel: openat 3 (the ring was full)");
    CHECK_FALSE(teller.rest(losses));
}

TEST_CASE("a lost start of a program is critical, and the end waits for nothing") {
    LossTeller teller;
    REQUIRE(teller.step({{EVENT_execve, "the ring was full", 1}}));
    const auto last = teller.rest({{EVENT_execve, "the ring was full", 2}});
    REQUIRE(last);
    CHECK(last->priority == rules::Priority::critical);
}

TEST_CASE("the message stays short, the field has all") {
    std::vector<RecordLoss> losses;
    for (int event = 0; event < 12; ++event) {
        losses.push_back({static_cast<event_id>(event), "the ring was full", 1});
    }
    const auto notice = LossTeller().step(losses);
    REQUIRE(notice);
    CHECK_THAT(notice->message, Catch::EndsWith(", ..."));
    const auto& scalar = std::get<rules::OutputScalar>(notice->fields.at(1).value);
    CHECK(std::ranges::count(std::get<std::string>(scalar), ',') == 11);
}
