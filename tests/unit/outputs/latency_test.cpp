#include "outputs/latency.h"

#include <catch2/catch.hpp>

using namespace saker::outputs;

namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kNow = 1'700'000'000 * kSecond;

}  // namespace

TEST_CASE("a time belongs to the first bound that is not below it") {
    Latency latency;
    latency.add(kNow, kNow);                          // nothing: the first
    latency.add(kNow, kNow + kSecond / 1000);         // just 0.001: the second
    latency.add(kNow, kNow + kSecond / 1000 + 1000);  // a little more: the third
    latency.add(kNow, kNow + 301 * kSecond);          // above all
    CHECK(latency.counts[0] == 1);
    CHECK(latency.counts[1] == 1);
    CHECK(latency.counts[2] == 1);
    CHECK(latency.counts.back() == 1);
    CHECK(latency.count() == 4);
    CHECK(latency.nanoseconds == 301 * kSecond + 2 * kSecond / 1000 + 1000);
}

TEST_CASE("a clock set back makes no time negative; an unknown time is none") {
    Latency latency;
    latency.add(kNow, kNow - kSecond);
    latency.add(0, kNow);
    CHECK(latency.counts[0] == 1);
    CHECK(latency.count() == 1);
    CHECK(latency.nanoseconds == 0);
}

TEST_CASE("two histograms together are one") {
    Latency one;
    Latency other;
    one.add(kNow, kNow + 2 * kSecond);
    other.add(kNow, kNow + 2 * kSecond);
    other.add(kNow, kNow);
    one.add(other);
    CHECK(one.count() == 3);
    CHECK(one.nanoseconds == 4 * kSecond);
}
