// A remote output: what is delivered to it is written to its spool, and carried on from there.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "outputs/courier.h"
#include "outputs/output.h"
#include "outputs/spool.h"
#include "outputs/transport.h"

namespace saker::outputs {

class Spooled final : public Output {
  public:
    /// `waits`: a full spool holds up whoever delivers; else something gives way.
    Spooled(std::unique_ptr<Spool> spool, Remote remote, bool waits, BackoffOptions backoff = {});

    Result<void> deliver(const Alert& alert) override;

    /// One commit for all of them. A spool that cannot be written is tried again until it can, or
    /// until `stop_waiting`.
    Delivered deliver_group(std::span<const Alert> alerts) override;
    size_t largest_group() const override { return 256; }

    void stop_waiting() override;
    void drain(std::chrono::steady_clock::time_point deadline) override;
    OutputCounts counts() const override;
    bool keeps_alerts() const override { return true; }
    std::string take_error() override;

  private:
    void wait_for_room();
    void note_error(std::string error);

    const std::unique_ptr<Spool> spool_;
    const Encoder encode_;
    const bool waits_;
    std::atomic<bool> is_stopped_ = false;
    std::vector<Parcel> parcels_;
    mutable std::mutex mutex_;
    std::string error_;
    Courier courier_;
};

}  // namespace saker::outputs
