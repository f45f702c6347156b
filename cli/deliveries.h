// All outputs of a configuration, each behind its queue.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "outputs/delivery.h"

namespace saker::cli {

/// As configured, else where systemd says, else /var/lib/saker.
std::string state_directory(const config::Config& config);

/// What the file is called in which alerts wait for a remote output.
std::string spool_name(const config::OutputSetting& setting);

struct OutputStatus {
    std::string name;
    outputs::DeliveryCounts counts;
    bool is_well = true;  // nothing went wrong since it was asked before
};

/// Of all together.
outputs::DeliveryCounts sum_of(const std::vector<OutputStatus>& outputs);

class Deliveries {
  public:
    /// With `json_only`, standard output holds JSON alerts and nothing else; other outputs stay.
    /// What `running` has just as it is wanted is not opened again: `take_over` brings it. An
    /// output whose spool file one of `running` has open waits until `replace` brings it.
    static Result<Deliveries> open(const config::Config& config, bool json_only,
                                   outputs::WhenFull when_full,
                                   const Deliveries* running = nullptr);

    /// The outputs of `old` that stay as they are go on here, queues and all; what is left there is
    /// no longer wanted.
    void take_over(Deliveries& old);

    /// Ends the outputs of `old`, which nobody offers alerts to any more, for as long as `patience`
    /// lasts; those that have what outputs here wait for come first. What each had counted at its
    /// end; what it handed over does not wait there.
    std::vector<OutputStatus> replace(Deliveries& old, std::chrono::milliseconds patience) const;

    /// Hands a copy of the alert to every output that wants it.
    void offer(const Alert& alert);

    /// Files that were moved away are made anew.
    void reopen();

    /// Empties the queues, for as long as `patience` lasts.
    void finish(std::chrono::milliseconds patience);

    /// Failures since this was asked, one a failing output.
    std::vector<std::string> take_errors();

    /// When the oldest alert was that some output does not have yet, nor its spool; the end of time
    /// if there is none.
    uint64_t oldest_unsettled() const;

    /// Of each output.
    std::vector<OutputStatus> each() const;

  private:
    /// How many were asked for just so.
    size_t count(const std::string& fingerprint) const;

    /// The output that keeps alerts in that file; null if none does.
    outputs::Delivery* with_spool(const std::string& path) const;

    std::vector<std::unique_ptr<outputs::Delivery>> all_;  // null until taken over
    std::vector<std::string> fingerprints_;                // of what each was asked to be
    std::vector<std::string> spool_paths_;                 // empty of those without
};

}  // namespace saker::cli
