// The way to one remote receiver. Spool, retries and counting belong to the Courier.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "engine/alert.h"
#include "engine/base/result.h"
#include "outputs/parcel.h"

namespace saker::outputs {

/// What became of some parcels: the first `accepted` arrived; if `refused`, the receiver will never
/// take the next one; the others are to be sent again.
struct SendReport {
    size_t accepted = 0;
    bool refused = false;
    std::string error{};                    // why not all of them were accepted
    std::chrono::milliseconds wait_for{0};  // the receiver asked for so much patience
};

/// One thread uses it, but for `stop_waiting`.
class Transport {
  public:
    virtual ~Transport() = default;

    /// Connects when there is no connection, and sends in order. Takes `largest_batch` at most.
    virtual SendReport send(std::span<const Parcel> parcels) = 0;

    virtual size_t largest_batch() const { return 1; }

    /// How long after sending a breaking connection may mean that it did not arrive; for receivers
    /// that do not answer.
    virtual std::chrono::milliseconds settling() const { return std::chrono::milliseconds(0); }

    /// An error when the connection broke since the last `send`.
    virtual Result<void> check() { return {}; }

    /// From any thread: what waits is given up within a second, now and later.
    virtual void stop_waiting() = 0;
};

/// Writes the body of a parcel.
using Encoder = std::function<void(const Alert& alert, std::string& out)>;

/// A receiver, and what it is told.
struct Remote {
    std::unique_ptr<Transport> transport;
    Encoder encode;
};

}  // namespace saker::outputs
