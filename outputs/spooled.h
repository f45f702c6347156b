// A remote output: what is delivered to it is written to its spool, and carried on from there.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
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

    /// The spool is still another's and comes later: whoever delivers waits until then.
    Spooled(SpoolOptions limits, Remote remote, bool waits, BackoffOptions backoff = {});
    ~Spooled() override;

    Result<void> deliver(const Alert& alert) override;

    /// One commit for all of them. A spool that cannot be written is tried again until it can, or
    /// until `stop_waiting`.
    Delivered deliver_group(std::span<const Alert> alerts) override;
    size_t largest_group() const override { return 256; }

    void stop_waiting() override;
    void drain(std::chrono::steady_clock::time_point deadline) override;
    std::unique_ptr<Spool> release_spool() override;
    void adopt_spool(std::unique_ptr<Spool> spool) override;
    OutputCounts counts() const override;
    bool keeps_alerts() const override { return true; }
    std::string take_error() override;

  private:
    /// The spool and who carries it away, which come together and stay until they are released.
    struct Store {
        Store(std::unique_ptr<Spool> spool, std::unique_ptr<Transport> transport,
              BackoffOptions backoff)
            : spool(std::move(spool)), courier(*this->spool, std::move(transport), backoff) {}

        std::unique_ptr<Spool> spool;
        Courier courier;
    };

    Store* wait_for_store();
    Store* store() const;
    void wait_for_room(Store& store);
    void note_error(std::string error);

    const Encoder encode_;
    const bool waits_;
    const BackoffOptions backoff_;
    const SpoolOptions limits_;             // of a spool that comes later
    std::unique_ptr<Transport> transport_;  // until the spool is there
    std::atomic<bool> is_stopped_ = false;
    std::vector<Parcel> parcels_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::string error_;
    std::unique_ptr<Store> store_;
};

}  // namespace saker::outputs
