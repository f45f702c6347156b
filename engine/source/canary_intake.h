// Where the records of our own acts arrive while hooks are proven.
#pragma once

#include <vector>

#include "engine/source/canary_watch.h"
#include "engine/source/kernel_options.h"
#include "engine/source/probe_object.h"
#include "engine/source/ring_reader.h"

namespace saker {

class CanaryIntake {
  public:
    virtual ~CanaryIntake() = default;

    /// Hands over what our acts made, once it has arrived.
    virtual Result<void> collect(const ProbeObject& object, CanaryWatch& watch) = 0;
};

/// Reads the rings of probes just loaded, which nobody else reads yet.
class FirstIntake final : public CanaryIntake {
  public:
    explicit FirstIntake(const KernelOptions& options) : options_(options) {}

    Result<void> collect(const ProbeObject& object, CanaryWatch& watch) override;

    /// Of the last probes tried: critical, bulk.
    std::vector<RingReader> take_rings() { return std::move(rings_); }

  private:
    const KernelOptions& options_;
    std::vector<RingReader> rings_;
};

}  // namespace saker
