// One place alerts are delivered to.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/alert.h"
#include "engine/base/result.h"
#include "outputs/latency.h"

namespace saker::outputs {

class Spool;

/// How many of some alerts were delivered, and why not all of them.
struct Delivered {
    size_t count = 0;
    std::string error{};
};

/// What became of alerts behind `deliver`, of outputs that keep them for a while.
struct OutputCounts {
    uint64_t delivered = 0;
    uint64_t dropped = 0;  // gave way because too much was waiting
    uint64_t failed = 0;   // the receiver will never take them
    uint64_t waiting = 0;  // for the receiver
    uint64_t waiting_bytes = 0;
    uint64_t attempts_failed = 0;  // and were or will be repeated
    bool keeps_waiting = false;    // what waits at the end is sent after the next start
    uint64_t broken_spools = 0;    // put aside; what waited in them, nobody knows how much, is lost
    Latency latency{};             // of `delivered`
};

/// A new kind of local place implements `deliver` and has a row in table.cpp; queue and thread are
/// Delivery's business. A new remote receiver is a Transport.
class Output {
  public:
    Output();
    virtual ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// Called from one thread only, which may wait here; returns within a second of `stop_waiting`.
    virtual Result<void> deliver(const Alert& alert) = 0;

    /// The same for several at once, `largest_group` at most.
    virtual Delivered deliver_group(std::span<const Alert> alerts) {
        const Result<void> done = deliver(alerts.front());
        return done ? Delivered{1, {}} : Delivered{0, done.error().text()};
    }
    virtual size_t largest_group() const { return 1; }

    /// From any thread: what cannot be delivered at once is given up from now on.
    virtual void stop_waiting() = 0;

    /// From any thread: a file that was moved away is made anew before the next alert.
    virtual void reopen() {}

    /// After the last alert: waits for what was kept, until the deadline at most.
    virtual void drain(std::chrono::steady_clock::time_point) {}

    /// After `drain`: the file in which alerts wait, for the output that replaces this one; null if
    /// there is none.
    virtual std::unique_ptr<Spool> release_spool();

    /// From any thread, once: what an output waits for that was opened without its spool.
    virtual void adopt_spool(std::unique_ptr<Spool> spool);

    /// From any thread. An output that keeps nothing has nothing to count: Delivery does.
    virtual OutputCounts counts() const { return {}; }
    virtual bool keeps_alerts() const { return false; }
    virtual std::string take_error() { return {}; }
};

}  // namespace saker::outputs
