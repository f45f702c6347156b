#include "outputs/courier.h"

#include <catch2/catch.hpp>

#include "outputs/delivery.h"
#include "outputs/spooled.h"
#include "tests/unit/outputs/sample.h"

using namespace saker;
using namespace saker::outputs;
using saker::support::Folder;
using saker::testing::alert_of;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

using Clock = std::chrono::steady_clock;

/// What a receiver got, and how it is to behave; shared with the thread that sends.
struct Receiver {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> got;
    int failures_left = 0;
    bool is_away = false;
    bool is_broken = false;  // at the next check
    std::string refuses;

    bool has(size_t count) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, seconds(20), [&] { return got.size() >= count; });
    }
    void set(bool& flag, bool value) {
        const std::lock_guard lock(mutex);
        flag = value;
    }
};

class FakeTransport final : public Transport {
  public:
    FakeTransport(Receiver& receiver, size_t batch, milliseconds settling)
        : receiver_(receiver), batch_(batch), settling_(settling) {}

    SendReport send(std::span<const Parcel> parcels) override {
        const std::lock_guard lock(receiver_.mutex);
        SendReport report;
        if (receiver_.is_away || receiver_.failures_left > 0) {
            receiver_.failures_left -= receiver_.is_away ? 0 : 1;
            report.error = "away";
            return report;
        }
        for (const Parcel& parcel : parcels) {
            if (parcel.id == receiver_.refuses) {
                report.refused = true;
                report.error = "refused " + parcel.id;
                break;
            }
            receiver_.got.push_back(parcel.id);
            ++report.accepted;
        }
        receiver_.changed.notify_all();
        return report;
    }
    size_t largest_batch() const override { return batch_; }
    milliseconds settling() const override { return settling_; }
    Result<void> check() override {
        const std::lock_guard lock(receiver_.mutex);
        if (std::exchange(receiver_.is_broken, false)) {
            return Error{"broken"};
        }
        return {};
    }
    void stop_waiting() override {}

  private:
    Receiver& receiver_;
    size_t batch_;
    milliseconds settling_;
};

constexpr BackoffOptions kQuick{milliseconds(1), milliseconds(5)};

std::unique_ptr<Spooled> spooled(Receiver& receiver, const SpoolOptions& options = {},
                                 size_t batch = 1, milliseconds settling = milliseconds(0),
                                 bool waits = false) {
    auto spool = Spool::open(options);
    REQUIRE(spool);
    return std::make_unique<Spooled>(
        std::move(*spool),
        Remote{std::make_unique<FakeTransport>(receiver, batch, settling),
               [](const Alert& alert, std::string& out) { out += alert.message; }},
        waits, kQuick);
}

void offer(Delivery& delivery, int from, int count) {
    for (int i = from; i < from + count; ++i) {
        delivery.offer(alert_of(std::to_string(i)));
    }
}

std::vector<std::string> numbers(int from, int count) {
    std::vector<std::string> all;
    for (int i = from; i < from + count; ++i) {
        all.push_back(std::to_string(i));
    }
    return all;
}

}  // namespace

TEST_CASE("alerts arrive in order, in batches or one by one, whatever fails in between") {
    Receiver receiver;
    receiver.failures_left = 7;
    const auto batch = GENERATE(1, 3, 100);
    Delivery delivery("fake", spooled(receiver, {}, static_cast<size_t>(batch)), 1000);
    offer(delivery, 0, 100);
    delivery.finish(seconds(20));
    CHECK(receiver.got == numbers(0, 100));
    CHECK(delivery.counts().delivered == 100);
    CHECK(delivery.counts().attempts_failed == 7);
    CHECK(delivery.counts().dropped == 0);
}

TEST_CASE("what was not delivered at the end is delivered after the next start, first") {
    const Folder folder;
    const SpoolOptions options{folder.path("spool.db")};
    Receiver receiver;
    receiver.is_away = true;
    {
        Delivery delivery("fake", spooled(receiver, options), 1000);
        offer(delivery, 0, 50);
        delivery.finish(milliseconds(200));
        CHECK(delivery.counts().spooled == 50);
        CHECK(delivery.counts().dropped == 0);
    }
    receiver.is_away = false;
    Delivery delivery("fake", spooled(receiver, options), 1000);
    offer(delivery, 50, 10);
    delivery.finish(seconds(20));
    CHECK(receiver.got == numbers(0, 60));
}

TEST_CASE("how long an alert took is told once it has arrived, restarts and failures included") {
    const Folder folder;
    const SpoolOptions options{folder.path("spool.db")};
    Receiver receiver;
    receiver.is_away = true;
    Alert old = alert_of("0");
    old.time = wall_clock() - 7'000'000'000;
    {
        Delivery delivery("fake", spooled(receiver, options), 1000);
        delivery.offer(old);
        delivery.finish(milliseconds(50));
        CHECK(delivery.counts().latency.count() == 0);
    }
    receiver.is_away = false;
    receiver.is_broken = true;  // after the first time: it is sent again, and told once
    Delivery delivery("fake", spooled(receiver, options, 1, milliseconds(1)), 1000);
    Alert summary = old;
    summary.is_summary = true;
    delivery.offer(summary);
    const auto deadline = Clock::now() + seconds(20);
    while (delivery.counts().delivered < 2 && Clock::now() < deadline) {
        std::this_thread::sleep_for(milliseconds(1));
    }
    const Latency latency = delivery.counts().latency;
    CHECK(delivery.counts().delivered == 2);
    CHECK(delivery.counts().attempts_failed == 1);
    CHECK(latency.count() == 1);
    CHECK(latency.nanoseconds >= 7'000'000'000);
}

TEST_CASE("what waits in memory at the end is lost, and counted") {
    Receiver receiver;
    receiver.is_away = true;
    Delivery delivery("fake", spooled(receiver), 1000);
    offer(delivery, 0, 5);
    delivery.finish(milliseconds(50));
    CHECK(delivery.counts().dropped == 5);
}

TEST_CASE("the end does not wait for a receiver that fails while the disk keeps what waits") {
    const Folder folder;
    Receiver receiver;
    receiver.is_away = true;
    Delivery delivery("fake", spooled(receiver, {folder.path("spool.db")}), 1000);
    offer(delivery, 0, 5);
    const auto before = Clock::now();
    delivery.finish(seconds(60));
    CHECK(Clock::now() - before < seconds(30));
}

TEST_CASE("a refused alert is counted and holds nothing up") {
    Receiver receiver;
    receiver.refuses = "3";
    Delivery delivery("fake", spooled(receiver, {}, 2), 1000);
    offer(delivery, 0, 6);
    delivery.finish(seconds(20));
    CHECK(receiver.got == std::vector<std::string>{"0", "1", "2", "4", "5"});
    CHECK(delivery.counts().failed == 1);
    CHECK(delivery.take_error() == "refused 3");
}

TEST_CASE("what was sent shortly before a connection broke is sent again") {
    Receiver receiver;
    Delivery delivery("fake", spooled(receiver, {}, 10, milliseconds(50)), 1000);
    receiver.set(receiver.is_broken, true);
    offer(delivery, 0, 10);
    REQUIRE(receiver.has(20));
    delivery.finish(seconds(20));
    const std::vector<std::string> last(receiver.got.end() - 10, receiver.got.end());
    CHECK(last == numbers(0, 10));
    CHECK(delivery.counts().delivered == 10);
}

TEST_CASE("a full spool drops and counts, and a replay waits instead") {
    Receiver receiver;
    receiver.is_away = true;
    const SpoolOptions small{"", 2000, config::Overflow::drop_newest};
    SECTION("drops") {
        Delivery delivery("fake", spooled(receiver, small), 100000);
        offer(delivery, 0, 1000);
        while (delivery.counts().queued > 0) {
            std::this_thread::yield();
        }
        receiver.set(receiver.is_away, false);
        delivery.finish(seconds(20));
        CHECK(delivery.counts().dropped > 900);
        CHECK(delivery.counts().delivered + delivery.counts().dropped == 1000);
    }
    SECTION("waits") {
        Delivery delivery("fake", spooled(receiver, small, 10, milliseconds(0), true), 10,
                          WhenFull::waits);
        std::thread producer([&] { offer(delivery, 0, 1000); });
        receiver.set(receiver.is_away, false);
        producer.join();
        delivery.finish(seconds(20));
        CHECK(delivery.counts().dropped == 0);
        CHECK(receiver.got == numbers(0, 1000));
    }
}

TEST_CASE("a dead receiver delays no other") {
    Receiver dead;
    dead.is_away = true;
    Receiver alive;
    Delivery first("dead", spooled(dead), 1000);
    Delivery second("alive", spooled(alive), 1000);
    for (int i = 0; i < 100; ++i) {
        first.offer(alert_of(std::to_string(i)));
        second.offer(alert_of(std::to_string(i)));
    }
    REQUIRE(alive.has(100));
    CHECK(second.counts().dropped == 0);
}

TEST_CASE("the oldest alert an output does not have yet is known") {
    Receiver receiver;
    Delivery delivery("fake", spooled(receiver), 10);
    CHECK(delivery.oldest_unsettled() == UINT64_MAX);
    offer(delivery, 0, 3);
    REQUIRE(receiver.has(3));
    delivery.finish(seconds(20));
    CHECK(delivery.oldest_unsettled() == UINT64_MAX);
}

TEST_CASE("an output gets what its filter lets through") {
    config::OutputSetting setting;
    Alert alert = alert_of("1", "Read shadow");
    alert.tags = {"file", "host"};
    CHECK(Filter(setting).lets_through(alert));
    setting.priority = config::Urgency::warning;
    CHECK_FALSE(Filter(setting).lets_through(alert));
    setting.priority = config::Urgency::notice;
    CHECK(Filter(setting).lets_through(alert));
    setting.rules = {"Write*", "Read*"};
    CHECK(Filter(setting).lets_through(alert));
    setting.tags = {"network"};
    CHECK_FALSE(Filter(setting).lets_through(alert));
    setting.tags = {"network", "host"};
    CHECK(Filter(setting).lets_through(alert));
    setting.rules = {"Write*"};
    CHECK_FALSE(Filter(setting).lets_through(alert));
    alert.source = "internal";
    CHECK(Filter(setting).lets_through(alert));
}
