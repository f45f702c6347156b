// Between the engine and one output: a bounded queue and a thread, so that nobody waits for
// anybody.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "outputs/output.h"

namespace saker::outputs {

struct DeliveryCounts {
    uint64_t delivered = 0;
    uint64_t dropped = 0;  // the queue was full, or time was up at the end
    uint64_t failed = 0;   // the output refused it
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
             WhenFull when_full = WhenFull::drops);
    ~Delivery();
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    /// Takes the alert, or does as it was told when the queue is full.
    void offer(Alert alert);

    /// Delivers what is waiting, for as long as `patience` lasts, and ends the thread.
    void finish(std::chrono::milliseconds patience);

    DeliveryCounts counts() const;

    /// The last failure since this was asked, empty if there was none.
    std::string take_error();

    const std::string& name() const { return name_; }

  private:
    bool has_room(size_t size) const;
    void work();
    void note(const Result<void>& done);

    const std::string name_;
    const std::unique_ptr<Output> output_;
    const size_t capacity_;
    const WhenFull when_full_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Alert> waiting_;
    size_t waiting_bytes_ = 0;
    bool is_closing_ = false;
    bool gives_up_ = false;
    bool is_done_ = false;
    DeliveryCounts counts_;
    std::string error_;
    std::thread thread_;
};

}  // namespace saker::outputs
