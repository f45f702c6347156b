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

class Deliveries {
  public:
    /// With `json_only`, standard output holds JSON alerts and nothing else; other outputs stay.
    static Result<Deliveries> open(const config::Config& config, bool json_only,
                                   outputs::WhenFull when_full);

    /// Hands a copy of the alert to every output that wants it.
    void offer(const Alert& alert);

    /// Files that were moved away are made anew.
    void reopen();

    /// Empties the queues, for as long as `patience` lasts.
    void finish(std::chrono::milliseconds patience);

    /// Failures since this was asked, one a failing output.
    std::vector<std::string> take_errors();

    outputs::DeliveryCounts counts() const;

  private:
    std::vector<std::unique_ptr<outputs::Delivery>> all_;
};

}  // namespace saker::cli
