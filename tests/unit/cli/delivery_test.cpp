#include "outputs/delivery.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <future>
#include <mutex>
#include <sstream>

#include "outputs/table.h"

using namespace saker;
using namespace saker::outputs;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

Alert alert(const std::string& message) {
    Alert made;
    made.priority = "Notice";
    made.message = message;
    return made;
}

/// Holds every alert back until it is opened.
class Gate final : public Output {
  public:
    Result<void> deliver(const Alert& delivered) override {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return is_open_; });
        if (delivered.message == "bad") {
            return Error{"refused", "", {}};
        }
        return {};
    }
    void stop_waiting() override { open(); }
    void open() {
        const std::lock_guard lock(mutex_);
        is_open_ = true;
        changed_.notify_all();
    }
    void wait_for_one() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return waiting_ > 0; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool is_open_ = false;
};

class TemporaryFile {
  public:
    TemporaryFile() { ::close(::mkstemp(path_.data())); }
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }
    std::string text() const {
        std::ifstream file(path_);
        std::ostringstream all;
        all << file.rdbuf();
        return all.str();
    }

  private:
    std::string path_ = "/tmp/saker-output-XXXXXX";
};

std::unique_ptr<Output> file_output(const std::string& path) {
    OutputOptions options;
    options.setting.path = path;
    auto opened = find_output("file")->open(options);
    REQUIRE(opened);
    return std::move(*opened);
}

}  // namespace

TEST_CASE("a slow output delays nobody, and what does not fit is counted") {
    auto gate = std::make_unique<Gate>();
    Gate& held = *gate;
    Delivery delivery("gate", std::move(gate), 2);
    delivery.offer(alert("being delivered"));
    held.wait_for_one();
    for (int i = 0; i < 5; ++i) {
        delivery.offer(alert("waits or is dropped"));
    }
    CHECK(delivery.counts().dropped == 3);
    held.open();
    delivery.finish(seconds(10));
    CHECK(delivery.counts().delivered == 3);
}

TEST_CASE("a few huge alerts fill a queue as many small ones do") {
    auto gate = std::make_unique<Gate>();
    Gate& held = *gate;
    Delivery delivery("gate", std::move(gate), 1000);
    delivery.offer(alert("being delivered"));
    held.wait_for_one();
    for (int i = 0; i < 8; ++i) {
        delivery.offer(alert(std::string(8 << 20, 'x')));
    }
    CHECK(delivery.counts().dropped == 5);
}

TEST_CASE("who may wait loses nothing") {
    auto gate = std::make_unique<Gate>();
    Gate& held = *gate;
    Delivery delivery("gate", std::move(gate), 1, WhenFull::waits);
    std::thread producer([&] {
        for (int i = 0; i < 100; ++i) {
            delivery.offer(alert("one"));
        }
    });
    held.wait_for_one();
    held.open();
    producer.join();
    delivery.finish(seconds(10));
    CHECK(delivery.counts().delivered == 100);
    CHECK(delivery.counts().dropped == 0);
}

TEST_CASE("failures are counted and told once") {
    auto gate = std::make_unique<Gate>();
    gate->open();
    Delivery delivery("gate", std::move(gate), 10);
    delivery.offer(alert("bad"));
    delivery.offer(alert("good"));
    delivery.finish(seconds(10));
    CHECK(delivery.counts().failed == 1);
    CHECK(delivery.counts().delivered == 1);
    CHECK(delivery.take_error() == "refused");
    CHECK(delivery.take_error().empty());
}

TEST_CASE("the end does not wait for an output that hangs") {
    auto gate = std::make_unique<Gate>();
    Gate& held = *gate;
    Delivery delivery("gate", std::move(gate), 10);
    delivery.offer(alert("hangs"));
    held.wait_for_one();
    delivery.offer(alert("never tried"));
    delivery.finish(milliseconds(1));
    CHECK(delivery.counts().dropped == 1);
}

TEST_CASE("the oldest alert an output does not have is known, whatever the order they came in") {
    auto gate = std::make_unique<Gate>();
    Gate& held = *gate;
    Delivery delivery("gate", std::move(gate), 10);
    CHECK(delivery.oldest_unsettled() == UINT64_MAX);
    const auto offer_of = [&](uint64_t time) {
        Alert offered = alert("waits");
        offered.time = time;
        delivery.offer(std::move(offered));
    };
    offer_of(500);
    held.wait_for_one();
    CHECK(delivery.oldest_unsettled() == 500);
    offer_of(700);
    offer_of(400);
    offer_of(600);
    CHECK(delivery.oldest_unsettled() == 400);
    held.open();
    delivery.finish(seconds(10));
    CHECK(delivery.oldest_unsettled() == UINT64_MAX);
}

TEST_CASE("a file gets every alert as a line behind what was there") {
    const TemporaryFile file;
    std::ofstream(file.path()) << "before\n";
    {
        Delivery delivery("file", file_output(file.path()), 10);
        delivery.offer(alert("one"));
        delivery.offer(alert("two\nlines"));
        delivery.finish(seconds(10));
        CHECK(delivery.counts().delivered == 2);
    }
    const std::string text = file.text();
    CHECK(std::count(text.begin(), text.end(), '\n') == 3);
    CHECK_THAT(text, Catch::StartsWith("before\n"));
    CHECK_THAT(text, Catch::Contains(": Notice one\n"));
    CHECK_THAT(text, Catch::Contains(": Notice two\\nlines\n"));
}

TEST_CASE("a file that cannot be opened says so") {
    OutputOptions options;
    options.setting.path = "/proc/nowhere/alerts";
    const auto opened = find_output("file")->open(options);
    REQUIRE_FALSE(opened);
    CHECK_THAT(opened.error().message, Catch::Contains("/proc/nowhere/alerts"));
}

TEST_CASE("a full disk is a failure, not an end") {
    Delivery delivery("file", file_output("/dev/full"), 10);
    delivery.offer(alert("one"));
    delivery.finish(seconds(10));
    CHECK(delivery.counts().failed == 1);
    CHECK_THAT(delivery.take_error(), Catch::Contains("No space left"));
}

TEST_CASE("a pipe nobody reads does not hold up the end") {
    TemporaryFile file;
    ::unlink(file.path().c_str());
    REQUIRE(::mkfifo(file.path().c_str(), 0600) == 0);
    const int reader = ::open(file.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    Delivery delivery("pipe", file_output(file.path()), 10);
    delivery.offer(alert(std::string(1 << 20, 'x')));
    delivery.offer(alert("behind it"));
    delivery.finish(milliseconds(50));
    CHECK(delivery.counts().failed == 1);
    CHECK(delivery.counts().dropped == 1);
    ::close(reader);
}
