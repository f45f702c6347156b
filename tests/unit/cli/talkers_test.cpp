#include "engine/talkers.h"

#include <catch2/catch.hpp>
#include <map>

using namespace saker;

namespace {

event_header header_of(uint32_t pid, uint64_t start_time, std::string_view name) {
    event_header header{};
    header.pid = pid;
    header.start_time = start_time;
    name.copy(header.comm, sizeof(header.comm) - 1);
    return header;
}

}  // namespace

TEST_CASE("the busiest come first, by the name they have now, and a look begins anew") {
    Talkers talkers;
    for (int i = 0; i < 5; ++i) {
        talkers.count(header_of(10, 1, i < 4 ? "sh" : "cat"));
    }
    talkers.count(header_of(11, 1, "other"));
    const std::vector<Talker> busiest = talkers.take(1);
    REQUIRE(busiest.size() == 1);
    CHECK(busiest[0].pid == 10);
    CHECK(busiest[0].name == "cat");
    CHECK(busiest[0].events == 5);
    CHECK(busiest[0].too_many == 0);
    CHECK(talkers.take(10).empty());
}

TEST_CASE("a process number used again is another process") {
    Talkers talkers;
    talkers.count(header_of(10, 1, "old"));
    talkers.count(header_of(10, 2, "new"));
    CHECK(talkers.take(10).size() == 2);
}

TEST_CASE("whoever is busy is found among more processes than there is room for") {
    Talkers talkers;
    std::map<uint32_t, uint64_t> truth;
    for (uint32_t i = 0; i < 100'000; ++i) {
        const uint32_t passing = 1000 + i;
        talkers.count(header_of(passing, i, "passing"));
        ++truth[passing];
        if (i % 10 == 0) {
            talkers.count(header_of(77, 1, "busy"));
            ++truth[77];
        }
    }
    const std::vector<Talker> busiest = talkers.take(5000);
    REQUIRE_FALSE(busiest.empty());
    CHECK(busiest[0].pid == 77);
    CHECK(busiest.size() <= 512);
    for (const Talker& talker : busiest) {
        INFO(talker.pid);
        CHECK(talker.events >= truth[talker.pid]);
        CHECK(talker.events - talker.too_many <= truth[talker.pid]);
    }
}
