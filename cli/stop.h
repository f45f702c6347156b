// When to stop: a signal, or time being up; and signals that mean something else.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "engine/base/fd.h"

namespace saker::cli {

enum class OnHangup : uint8_t { stops, reloads };

/// From now on SIGINT, SIGTERM, SIGHUP and SIGUSR1 are for this object, in every thread started
/// later; SIGPIPE is ignored, so that a reader that goes away is an error of the write.
class Stop {
  public:
    /// Without a duration only a signal stops.
    explicit Stop(uint64_t duration_seconds, OnHangup on_hangup = OnHangup::stops);

    /// The duration counts from here: from when events flow.
    void start_clock();

    bool requested();

    /// SIGUSR1 came since this was asked: files that were moved away are to be made anew.
    bool take_reopening() { return std::exchange(wants_reopening_, false); }

    /// SIGHUP came since this was asked.
    bool take_reload() { return std::exchange(wants_reload_, false); }

  private:
    Fd signals_;
    uint64_t duration_seconds_;
    OnHangup on_hangup_;
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    bool is_requested_ = false;
    bool wants_reopening_ = false;
    bool wants_reload_ = false;
};

}  // namespace saker::cli
