#include "engine/state/domain_names.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>

namespace saker {
namespace {

using std::chrono::milliseconds;

Address four(uint8_t last) {
    Address address;
    address.bytes = {10, 0, 0, last};
    return address;
}

/// What the world says of names; `round` grows with every lookup of "moving".
struct World {
    std::atomic<int> round{0};

    std::vector<Address> look_up(const std::string& name) {
        if (name == "both" || name == "first") {
            return {four(1), four(1)};
        }
        if (name == "moving") {
            return {four(static_cast<uint8_t>(100 + round++))};
        }
        return {};
    }
};

const std::vector<std::string> kBoth{"both", "first"};

}  // namespace

TEST_CASE("an address has the names that were looked up, once each") {
    World world;
    DomainNames names({"both", "first", "nowhere"},
                      [&](const std::string& name) { return world.look_up(name); });
    REQUIRE(names.wait(milliseconds(5000)));
    CHECK(names.names_of(four(1)).empty());  // not taken over yet
    names.refresh();
    CHECK(names.names_of(four(1)) == kBoth);
    CHECK(names.names_of(four(2)).empty());
    CHECK(names.unknown() == std::vector<std::string>{"nowhere"});
}

TEST_CASE("names are looked up again and again, and old addresses forgotten") {
    World world;
    DomainNames names(
        {"moving"}, [&](const std::string& name) { return world.look_up(name); }, milliseconds(1));
    REQUIRE(names.wait(milliseconds(5000)));
    const auto deadline = std::chrono::steady_clock::now() + milliseconds(5000);
    while (world.round < 3 && std::chrono::steady_clock::now() < deadline) {
        names.refresh();
    }
    names.refresh();
    CHECK(names.names_of(four(100)).empty());
}

TEST_CASE("a resolver that does not answer keeps nobody waiting") {
    // It outlives the object, as a slow resolver would.
    static std::atomic<bool> may_end{false};
    {
        DomainNames names({"slow"}, [](const std::string&) {
            may_end.wait(false);
            return std::vector<Address>();
        });
        CHECK_FALSE(names.wait(milliseconds(10)));
        names.refresh();
        CHECK(names.unknown().empty());
    }
    may_end = true;
    may_end.notify_all();
}

TEST_CASE("no names, no thread") {
    DomainNames names({}, nullptr);
    CHECK(names.wait(milliseconds(0)));
    names.refresh();
    CHECK(names.names_of(four(1)).empty());
}

TEST_CASE("the system's resolver knows this machine's own address") {
    Address loopback;
    loopback.bytes = {127, 0, 0, 1};
    const std::vector<Address> found = look_up_name("127.0.0.1");
    CHECK(std::find(found.begin(), found.end(), loopback) != found.end());
    const std::vector<Address> mapped = look_up_name("::ffff:127.0.0.1");
    REQUIRE(mapped.size() == 1);
    CHECK(mapped[0] == loopback);
    Address six;
    six.bytes[15] = 1;
    six.is_v6 = true;
    CHECK(look_up_name("::1") == std::vector<Address>{six});
}

}  // namespace saker
