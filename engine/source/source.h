// Where records come from: the kernel's rings, or a recorded file. Everything behind is the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/result.h"

namespace saker {

/// ns; a record's time is read before it enters the ring, and nobody takes longer than this in
/// between.
inline constexpr uint64_t kSlowestProbe = 1'000'000'000;

/// Takes one record, whole, starting at its event_header. A loan for the call.
class RecordSink {
  public:
    virtual ~RecordSink() = default;
    virtual void take(std::span<const std::byte> record) = 0;
};

class Source {
  public:
    virtual ~Source() = default;

    /// Hands over what is there: all of the critical lane first, then at most one batch of the bulk
    /// lane. Waits up to `wait_ms` when there is nothing. Returns the number of records, or why no
    /// more can come. A replay's end is reported by `finished`.
    virtual Result<size_t> poll(RecordSink& sink, int wait_ms) = 0;

    /// Hands over what is waiting in the critical lane and nothing else: state asks for this when a
    /// bulk record comes from a process whose birth is still in the ring.
    virtual void poll_critical(RecordSink& sink) = 0;

    /// One of the source's own acts came back as a record: proof that a hook still tells.
    virtual void take_canary(std::span<const std::byte>) {}

    /// No record will ever come again.
    virtual bool finished() const = 0;
};

}  // namespace saker
