// What outputs counted before a reload replaced them.
#include "cli/output_totals.h"

#include <catch2/catch.hpp>

using saker::cli::OutputStatus;
using saker::cli::OutputTotals;

namespace {

OutputStatus counted(const std::string& name, uint64_t delivered, uint64_t dropped,
                     uint64_t spooled = 0) {
    OutputStatus output;
    output.name = name;
    output.counts.delivered = delivered;
    output.counts.dropped = dropped;
    output.counts.queued = spooled;
    output.counts.spooled = spooled;
    output.counts.spooled_bytes = 10 * spooled;
    return output;
}

}  // namespace

TEST_CASE("counters of an output go on where those before it ended") {
    OutputTotals totals;
    totals.parting({counted("http", 10, 0, 5)});
    auto now = totals.with({counted("http", 1, 0, 2)});
    REQUIRE(now.size() == 1);
    CHECK(now[0].counts.delivered == 11);
    CHECK(now[0].counts.spooled == 2);
    CHECK(now[0].counts.queued == 2);
    totals.ended({counted("http", 12, 3)});
    totals.parting({counted("http", 4, 0)});
    now = totals.with({counted("http", 0, 0)});
    CHECK(now[0].counts.delivered == 16);
    CHECK(now[0].counts.dropped == 3);
    totals.ended({counted("http", 5, 1)});
    now = totals.with({counted("http", 0, 0)});
    CHECK(now[0].counts.delivered == 17);
    CHECK(now[0].counts.dropped == 4);
}

TEST_CASE("an output that is gone stays with what waits for it, until it is back") {
    OutputTotals totals;
    totals.parting({counted("http", 10, 1, 7)});
    totals.ended({counted("http", 11, 1, 6)});
    auto now = totals.with({counted("stdout", 1, 0)});
    REQUIRE(now.size() == 2);
    CHECK(now[1].name == "http");
    CHECK(now[1].counts.delivered == 11);
    CHECK(now[1].counts.spooled == 6);
    CHECK(now[1].counts.spooled_bytes == 60);
    now = totals.with({counted("http", 0, 0, 6)});
    REQUIRE(now.size() == 1);
    CHECK(now[0].counts.spooled == 6);
    CHECK(now[0].counts.delivered == 11);
}
