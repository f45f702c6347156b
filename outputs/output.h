// One place alerts are delivered to.
#pragma once

#include "engine/alert.h"
#include "engine/base/result.h"

namespace saker::outputs {

/// A new kind of place implements `deliver` and has a row in table.cpp; queue and thread are
/// Delivery's business.
class Output {
  public:
    virtual ~Output() = default;

    /// Called from one thread only, which may wait here; returns within a second of `stop_waiting`.
    virtual Result<void> deliver(const Alert& alert) = 0;

    /// From any thread: what cannot be delivered at once is given up from now on.
    virtual void stop_waiting() = 0;
};

}  // namespace saker::outputs
