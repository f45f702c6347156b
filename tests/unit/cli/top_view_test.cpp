// What saker top makes of two answers of the daemon.
#include "cli/top_view.h"

#include <catch2/catch.hpp>

using Json = nlohmann::ordered_json;
using saker::cli::activity_between;
using saker::cli::draw_activity;

namespace {

const Json kBefore = Json::parse(R"({"taken": 100, "asked": 100.5, "window": 1, "started": 7,
  "up": true, "cpu_seconds": 1.0, "resident_bytes": 30000000, "ring_waiting_bytes": 0, "alerts": 4, "max_cpu_percent": 0, "shed": {},
  "events": {"openat": {"count": 1000, "measured": 16, "nanoseconds": 1600}},
  "hooks": {"on_open": {"count": 10, "nanoseconds": 1000}},
  "rules": {"quiet": {"priority": "Notice", "count": 5, "nanoseconds": 50},
            "loud": {"priority": "Warning", "count": 3, "nanoseconds": 3000}},
  "processes": [], "lost": {"critical": 0, "bulk": 1, "malformed": 0, "kernel": {"openat nested": 1}},
  "outputs": {"siem": {"up": true, "delivered": 4, "waiting": 0, "failed": 0, "dropped": 0,
              "count": 4, "nanoseconds": 4000000}}})");

const Json kAfter = Json::parse(R"({"taken": 102, "asked": 102.5, "window": 1, "started": 7,
  "up": true, "cpu_seconds": 1.1, "resident_bytes": 31000000, "ring_waiting_bytes": 64, "alerts": 14, "max_cpu_percent": 20, "shed": {"close": {"count": 200}},
  "events": {"openat": {"count": 3000, "measured": 20, "nanoseconds": 2600},
             "execve": {"count": 8000, "measured": 0, "nanoseconds": 0}},
  "hooks": {"on_open": {"count": 110, "nanoseconds": 21000}},
  "rules": {"quiet": {"priority": "Notice", "count": 5, "nanoseconds": 50},
            "loud": {"priority": "Warning", "count": 13, "nanoseconds": 13000}},
  "processes": [{"pid": 42, "name": "evil\u001b[2J", "events": 900, "too_many": 30}],
  "lost": {"critical": 0, "bulk": 4, "malformed": 0, "kernel": {"openat nested": 4}},
  "outputs": {"siem": {"up": false, "delivered": 2, "waiting": 9, "failed": 1, "dropped": 0,
              "count": 5, "nanoseconds": 6000000}}})");

}  // namespace

TEST_CASE("counts become rates, sums become averages of what is new") {
    const Json all = activity_between(kBefore, kAfter);
    CHECK(all["seconds"] == 2);
    CHECK(all["events_per_second"] == 5000);
    CHECK(all["alerts_per_second"] == 5);
    CHECK(all["cpu_percent"].get<double>() == Approx(5));
    CHECK(all["events"][0] ==
          Json{{"event", "execve"}, {"per_second", 4000}, {"judging_nanoseconds", nullptr}});
    CHECK(all["events"][1] ==
          Json{{"event", "openat"}, {"per_second", 1000}, {"judging_nanoseconds", 250}});
    CHECK(all["hooks"][0]["per_second"] == 50);
    CHECK(all["hooks"][0]["nanoseconds"] == 200);
    CHECK(all["hooks"][0]["cpu_percent"].get<double>() == Approx(0.001));
    CHECK(all["rules"][0]["rule"] == "loud");
    CHECK(all["rules"][0]["per_second"] == 5);
    CHECK(all["rules"][0]["alert_nanoseconds"] == 1000);
    CHECK(all["rules"][1]["alert_nanoseconds"].is_null());
    CHECK(all["processes"][0]["per_second"] == 900);
    CHECK(all["processes"][0]["too_many_per_second"] == 30);
    CHECK(all["shed"][0] == Json{{"event", "close"}, {"per_second", 100}});
    CHECK(all["lost"]["bulk"] == 3);
    CHECK(all["lost"]["kernel"] == Json{{"openat nested", 3}});
}

TEST_CASE("an output that a reload opened anew counts from nothing") {
    const Json output = activity_between(kBefore, kAfter)["outputs"][0];
    CHECK(output["per_second"] == 1);
    CHECK(output["waiting"] == 9);
    CHECK(output["delivery_seconds"].get<double>() == Approx(0.002));
}

TEST_CASE("names are drawn so that a terminal takes no orders from them; lines fit it") {
    const Json all = activity_between(kBefore, kAfter);
    const std::string whole = draw_activity(all, {});
    CHECK(whole.find('\x1b') == std::string::npos);
    CHECK_THAT(whole, Catch::Contains("evil\\u001b[2J"));
    CHECK_THAT(whole, Catch::Contains("siem (in trouble)"));
    CHECK_THAT(whole, Catch::Contains("3 openat nested"));
    CHECK_THAT(whole, Catch::Contains("shed        close, 100/s: more than 20 % CPU was used"));
    const std::string narrow = draw_activity(all, {1, 20});
    CHECK_THAT(narrow, !Catch::Contains("quiet"));
    for (size_t at = 0; at < narrow.size(); at = narrow.find('\n', at) + 1) {
        CHECK(narrow.find('\n', at) - at <= 20);
    }
}

TEST_CASE("what the kernel does not measure is said") {
    Json before = kBefore;
    Json after = kAfter;
    before["hooks"] = after["hooks"] = Json::object();
    CHECK_THAT(draw_activity(activity_between(before, after), {}),
               Catch::Contains("not measured by the kernel"));
}
