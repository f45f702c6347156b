// Between the engine and one output: a bounded queue and a thread, so that nobody waits for
// anybody.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "outputs/filter.h"
#include "outputs/output.h"

namespace saker::outputs {

struct DeliveryCounts {
    uint64_t delivered = 0;
    uint64_t dropped = 0;  // no room in queue or spool, or time was up at the end
    uint64_t failed = 0;   // the output refused it
    uint64_t queued = 0;   // not yet at the output
    uint64_t spooled = 0;  // waits on disk or in memory for a remote receiver
    uint64_t spooled_bytes = 0;
    uint64_t attempts_failed = 0;  // of remote receivers; tried again
    uint64_t broken_spools = 0;    // put aside, with what waited in them
    Latency latency{};             // of `delivered`

    void add(const DeliveryCounts& other);
};

/// What becomes of an alert for which the queue has no room.
enum class WhenFull : uint8_t {
    drops,  // and counts: the engine must not wait
    waits,  // nobody is in a hurry: a replay
};

/// Owns one output and the thread that feeds it.
class Delivery {
  public:
    Delivery(std::string name, std::unique_ptr<Output> output, size_t capacity,
             WhenFull when_full = WhenFull::drops, Filter filter = {});
    ~Delivery();
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    /// Does the output want it?
    bool wants(const Alert& alert) const { return filter_.lets_through(alert); }

    /// Takes the alert, or does as it was told when the queue is full.
    void offer(Alert alert);

    /// Delivers what is waiting, for as long as `patience` lasts, and ends the thread.
    void finish(std::chrono::milliseconds patience);

    void reopen() { output_->reopen(); }

    /// After `finish`; see Output.
    std::unique_ptr<Spool> release_spool();
    void adopt_spool(std::unique_ptr<Spool> spool);

    DeliveryCounts counts() const;

    /// When the oldest alert was that the output does not have yet; the end of time if none is.
    uint64_t oldest_unsettled() const;

    /// The last failure since this was asked, empty if there was none.
    std::string take_error();

    const std::string& name() const { return name_; }

  private:
    bool has_room(size_t size) const;
    void work();
    std::vector<Alert> take_group();
    void note(const Delivered& done, std::span<const Alert> offered, uint64_t now);

    const std::string name_;
    const std::unique_ptr<Output> output_;
    const size_t capacity_;
    const WhenFull when_full_;
    const Filter filter_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Alert> waiting_;
    uint64_t oldest_in_hand_ = UINT64_MAX;  // of the group being delivered
    size_t waiting_bytes_ = 0;
    bool is_closing_ = false;
    bool gives_up_ = false;
    bool is_done_ = false;
    DeliveryCounts counts_;
    std::string error_;
    std::thread thread_;
};

}  // namespace saker::outputs
