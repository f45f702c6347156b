// After an end that was none: the next start says from when to when nobody watched, and what was
// committed before arrives.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "outputs/spool.h"
#include "tests/live/scene.h"
#include "tests/outputs/scene.h"

using namespace saker::support;
using nlohmann::json;

namespace {

constexpr const char* kBlind = "Saker internal: blind";
constexpr const char* kWasStopped = "Saker internal: was stopped";
constexpr const char* kOpens =
    "- rule: opens\n  desc: d\n"
    "  condition: evt.type in (open, openat) and fd.name startswith /nowhere/\n"
    "  output: \"%fd.name\"\n  priority: NOTICE\n";

/// ns since the epoch.
uint64_t now() {
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count());
}

/// `2026-07-31T10:22:15.576767292+0000`.
uint64_t time_of(const json& alert, const char* field) {
    const std::string text = alert["output_fields"].value(field, "");
    INFO(field << " " << text);
    tm parts{};
    const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S.", &parts);
    REQUIRE(rest != nullptr);
    return static_cast<uint64_t>(::timegm(&parts)) * 1'000'000'000 + std::stoull(rest);
}

struct Night {
    Daemon start(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{"--json", "-o", "state_directory=" + folder.path("state")};
        words.insert(words.end(), more.begin(), more.end());
        return daemon_for(puppet, folder.write("rules.yaml", kOpens), words);
    }

    void open(const std::string& name) { REQUIRE(puppet.act("open /nowhere/" + name) == 1); }

    struct Beat {
        std::string state;
        uint64_t time = 0;
        uint64_t held_back = 0;
    };

    /// Waits until everything that happened before a moment is committed, as the daemon says.
    Beat beat_after(uint64_t moment) const {
        Beat beat;
        saker::testing::wait_until([&] {
            std::string word;
            std::ifstream(folder.path("state/heartbeat")) >> word >> beat.state >> beat.time >>
                beat.held_back;
            return beat.time > moment;
        });
        return beat;
    }

    /// What waits for the receiver, while no daemon runs.
    std::vector<saker::outputs::Parcel> waiting() const {
        auto spool = saker::outputs::Spool::open({folder.path("state/spool/http.db")});
        REQUIRE(spool);
        auto parcels = (*spool)->read(0, SIZE_MAX / 2, SIZE_MAX / 2);
        REQUIRE(parcels);
        return *std::move(parcels);
    }

    /// With the alerts of standard output, one output that sends to a port.
    std::string sends_to(int port) const {
        return folder.write("saker.yaml",
                            "outputs:\n  - {type: http, timeout: 2s, batch: 100, url: "
                            "\"http://127.0.0.1:" +
                                std::to_string(port) + "/\"}\n");
    }

    Folder folder;
    Puppet puppet = new_puppet();
};

}  // namespace

TEST_CASE("killed, it says after the restart from when to when it was blind", "[blind]") {
    Night night;
    Daemon first = night.start();
    night.open("before");
    REQUIRE(first.alert("opens", patience()));
    const uint64_t acted = now();
    CHECK(night.beat_after(acted).state == "running");
    CHECK_FALSE(first.alert(kBlind, Milliseconds(0)));
    const uint64_t killed = now();
    REQUIRE(first.stop(SIGKILL) == 128 + SIGKILL);
    night.open("between");
    const uint64_t restarted = now();
    Daemon second = night.start();
    const uint64_t ready = now();
    const auto blind = second.alert(kBlind, patience());
    REQUIRE(blind);
    CHECK((*blind)["priority"] == "Critical");
    CHECK((*blind)["source"] == "internal");
    CHECK(time_of(*blind, "saker.blind.from") > acted);
    CHECK(time_of(*blind, "saker.blind.from") <= killed);
    CHECK(time_of(*blind, "saker.blind.to") >= restarted);
    CHECK(time_of(*blind, "saker.blind.to") <= ready);
    night.open("after");
    const auto after = second.alert("opens", patience());
    REQUIRE(after);
    CHECK((*after)["output_fields"]["fd.name"] == "/nowhere/after");
    CHECK(second.stop() == 0);
}

TEST_CASE("stopped, it is not blind but says that it was stopped", "[blind]") {
    Night night;
    Daemon first = night.start();
    CHECK(first.stop() == 0);
    CHECK(first.others().empty());
    const uint64_t stopped = now();
    Daemon second = night.start();
    const auto told = second.alert(kWasStopped, patience());
    REQUIRE(told);
    CHECK((*told)["priority"] == "Notice");
    CHECK(time_of(*told, "saker.blind.from") <= stopped);
    CHECK(time_of(*told, "saker.blind.to") >= stopped);
    CHECK(second.stop() == 0);
    for (const json& other : second.others()) {
        CHECK(other["rule"] != kBlind);
    }
}

TEST_CASE("killed again and again, every gap is told", "[blind]") {
    Night night;
    uint64_t watched = 0;
    for (int night_number = 0; night_number < 4; ++night_number) {
        Daemon daemon = night.start();
        if (night_number > 0) {
            const auto blind = daemon.alert(kBlind, patience());
            REQUIRE(blind);
            CHECK(time_of(*blind, "saker.blind.from") <= watched);
            CHECK(time_of(*blind, "saker.blind.to") > watched);
        }
        watched = now();
        REQUIRE(daemon.stop(SIGKILL) == 128 + SIGKILL);
    }
}

TEST_CASE("alerts held back when it was killed are told by their number", "[blind]") {
    Night night;
    Daemon first = night.start({"-o", "throttle.interval=1h"});
    for (int number = 0; number < 5; ++number) {
        night.open(std::to_string(number));
    }
    REQUIRE(first.alert("opens", patience()));
    CHECK(night.beat_after(now()).held_back == 4);
    REQUIRE(first.stop(SIGKILL) == 128 + SIGKILL);
    Daemon second = night.start();
    const auto blind = second.alert(kBlind, patience());
    REQUIRE(blind);
    CHECK((*blind)["output_fields"]["saker.blind.throttled"] == 4);
    CHECK(second.stop() == 0);
}

TEST_CASE("an output that does not take its alerts holds the heartbeat", "[blind]") {
    Night night;
    Daemon daemon = night.start();
    for (int number = 0; number < 300; ++number) {
        night.open(std::to_string(number));  // nobody reads: the pipe is full after a while
    }
    const auto full = std::filesystem::file_time_type::clock::now();
    const uint64_t acted = now();
    saker::testing::wait_until([&] {
        const auto written = std::filesystem::last_write_time(night.folder.path("state/heartbeat"));
        return written > full + std::chrono::seconds(4);
    });
    CHECK(night.beat_after(0).time < acted);
    for (int number = 0; number < 300; ++number) {
        REQUIRE(daemon.alert("opens", patience()));
    }
    CHECK(night.beat_after(acted).state == "running");
    CHECK(daemon.stop() == 0);
}

TEST_CASE("what was committed before it was killed arrives, every alert", "[blind]") {
    saker::testing::HttpReceiver receiver;
    receiver.behave("answer 503");
    Night night;
    const std::string config =
        night.folder.write("saker.yaml", "outputs:\n  - {type: http, url: \"http://127.0.0.1:" +
                                             std::to_string(receiver.port()) + "/\"}\n");
    std::set<std::string> committed;
    {
        Daemon daemon = night.start({"-c", config});
        for (int number = 0; number < 60; ++number) {
            night.open(std::to_string(number));
            REQUIRE(daemon.alert("opens", patience()));  // a full pipe would be uncommitted alerts
        }
        night.beat_after(now());
        for (int number = 60; number < 80; ++number) {
            night.open(std::to_string(number));  // some of these, as luck has it
        }
        REQUIRE(daemon.stop(SIGKILL) == 128 + SIGKILL);
        std::set<std::string> promised;
        for (const auto& parcel : night.waiting()) {
            committed.insert(parcel.id);
            promised.insert(json::parse(parcel.body)["output_fields"].value("fd.name", ""));
        }
        for (int number = 0; number < 60; ++number) {
            CHECK(promised.count("/nowhere/" + std::to_string(number)) == 1);
        }
    }
    receiver.behave("answer 200");
    Daemon daemon = night.start({"-c", config});
    const auto blind = daemon.alert(kBlind, patience());
    REQUIRE(blind);
    committed.insert((*blind)["id"]);
    const auto arrived = receiver.ids_until(committed.size());
    CHECK(std::set<std::string>(arrived.begin(), arrived.end()) == committed);
    CHECK(daemon.stop() == 0);
}

TEST_CASE(
    "a receiver away for a minute under load, the daemon killed meanwhile: nothing is missing",
    "[outage]") {
    using Clock = std::chrono::steady_clock;
    const auto at_least = [](int seconds) { return Clock::now() + std::chrono::seconds(seconds); };
    auto receiver = std::make_unique<saker::testing::HttpReceiver>();
    const int port = receiver->port();
    Night night;
    const std::string config = night.sends_to(port);
    std::atomic<bool> is_over = false;
    std::atomic<int> acts = 0;
    std::set<std::string> committed;
    const auto read_until = [](Daemon& daemon, Clock::time_point end, std::set<std::string>& into) {
        while (Clock::now() < end) {
            if (const auto alert = daemon.alert("opens", Milliseconds(100))) {
                into.insert((*alert)["id"].get<std::string>());
            }
        }
    };
    std::set<std::string> told;
    std::optional<Daemon> daemon = night.start({"-c", config});
    std::thread load([&] {
        while (!is_over) {
            night.puppet.act("open /nowhere/" + std::to_string(acts++));
            night.puppet.child().err().next(Milliseconds(0));  // or its pipe fills and it stops
        }
    });
    read_until(*daemon, at_least(5), told);
    receiver->kill();
    const auto back = at_least(60);
    read_until(*daemon, at_least(20), told);
    CHECK(daemon->stop(SIGKILL) == 128 + SIGKILL);
    for (const auto& parcel : night.waiting()) {
        committed.insert(parcel.id);
    }
    const size_t first_half = committed.size();
    CHECK(first_half > 100);
    daemon.reset();
    daemon.emplace(night.start({"-c", config}));
    const auto blind = daemon->alert(kBlind, patience());
    CHECK(blind);
    read_until(*daemon, back, committed);
    is_over = true;
    load.join();
    read_until(*daemon, at_least(2), committed);
    CHECK(committed.size() > first_half + 100);
    receiver = std::make_unique<saker::testing::HttpReceiver>(std::vector<std::string>{}, port);
    std::set<std::string> arrived;
    saker::testing::wait_until([&] {
        const auto more = receiver->ids_until(1);
        arrived.insert(more.begin(), more.end());
        return std::ranges::includes(arrived, committed);
    });
    INFO(acts << " acts, " << committed.size() << " committed while the receiver was away");
    CHECK(arrived.count((*blind)["id"].get<std::string>()) == 1);
    CHECK(daemon->stop() == 0);
    CHECK(daemon->last_words().find(" 0 lost") != std::string::npos);
}
