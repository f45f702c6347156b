// The daemon's sign of life in its state directory: for whoever starts next, up to when everything
// that happened was with the outputs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/alert_maker.h"
#include "engine/base/fd.h"
#include "engine/base/result.h"

namespace saker::cli {

/// What alerts about times without a watch are called.
inline constexpr const char* kBlind = "Saker internal: blind";
inline constexpr const char* kWasStopped = "Saker internal: was stopped";

struct Beat {
    enum class State : uint8_t { running, stopped };

    State state = State::running;
    uint64_t time = 0;  // ns since the epoch; everything before is with the outputs. 0: unknown
    uint64_t held_back = 0;  // alerts a throttle had counted and not told
};

/// Before this start nobody watched for so long.
struct BlindTime {
    bool was_stopped = false;  // as a person asks for it; else it died
    double seconds = 0;        // infinity: since an unknown time
};

class Heartbeat {
  public:
    /// Reads what the run before left and writes nothing, unless there is no file yet.
    static Result<Heartbeat> open(const std::string& state_directory);

    /// Of the run before; nothing when there was none.
    const std::optional<Beat>& earlier() const { return earlier_; }

    /// One small write; a power failure may take away those of the last half minute.
    Result<void> write(const Beat& beat);

    /// On disk when it returns.
    Result<void> commit(const Beat& beat);

  private:
    Heartbeat(Fd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
    Result<void> read();

    Fd file_;
    std::string path_;
    std::optional<Beat> earlier_;
};

/// From the last beat of the run before until hooks were proven again, ns since the epoch.
BlindTime blind_time(const Beat& last, uint64_t proven);

/// Nobody watched from the last beat of the run before until hooks were proven again, ns since the
/// epoch.
InternalNotice describe_gap(const Beat& last, uint64_t proven);

}  // namespace saker::cli
