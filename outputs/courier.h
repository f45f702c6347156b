// Carries parcels from a spool to a receiver until it has them: a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "outputs/backoff.h"
#include "outputs/latency.h"
#include "outputs/spool.h"
#include "outputs/transport.h"

namespace saker::outputs {

struct CourierCounts {
    uint64_t delivered = 0;   // the receiver has them
    uint64_t refused = 0;     // it will never take them
    uint64_t failures = 0;    // attempts that failed and were or will be repeated
    bool is_failing = false;  // the last attempt did
    Latency latency{};        // of `delivered`, to when the receiver took them
};

/// At least once, in the order of the spool: after a failure everything not known to have arrived
/// is sent again, and nothing behind it before it.
class Courier {
  public:
    /// The spool is a loan for the courier's life.
    Courier(Spool& spool, std::unique_ptr<Transport> transport, BackoffOptions backoff = {});
    ~Courier();
    Courier(const Courier&) = delete;
    Courier& operator=(const Courier&) = delete;

    /// There is something new in the spool.
    void wake();

    /// Waits until the spool is empty, but not longer than the deadline, and not for a receiver
    /// that fails unless `insist`.
    void drain(std::chrono::steady_clock::time_point deadline, bool insist);

    /// Gives up what it is doing; the spool keeps what was not sent.
    void stop();

    CourierCounts counts() const;

    /// The last failure since this was asked, empty if there was none.
    std::string take_error();

  private:
    using Clock = std::chrono::steady_clock;

    /// Sent at that time, up to this sequence.
    struct Mark {
        Clock::time_point when;
        uint64_t sequence;
        uint64_t accepted;
        Latency latency;
    };

    void work();
    bool step();
    bool settle();
    void wait_for_more();
    void take(const std::vector<Parcel>& parcels, const SendReport& report);
    void fail(std::string error, std::chrono::milliseconds at_least);
    void pause(std::chrono::milliseconds time);

    Spool& spool_;
    const std::unique_ptr<Transport> transport_;
    Backoff backoff_;
    uint64_t sent_through_ = 0;
    uint64_t settled_through_ = 0;  // and gone from the spool
    std::deque<Mark> unsettled_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_woken_ = false;
    bool is_stopped_ = false;
    CourierCounts counts_;
    std::string error_;
    std::thread thread_;
};

}  // namespace saker::outputs
