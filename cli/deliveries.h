// All outputs of a configuration, each behind its queue.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "outputs/delivery.h"

namespace saker::cli {

class Deliveries {
  public:
    /// With `json_only`, standard output holds JSON alerts and nothing else; other outputs stay.
    static Result<Deliveries> open(const config::Config& config, bool json_only,
                                   outputs::WhenFull when_full);

    /// Hands the alert to every output.
    void offer(Alert alert);

    /// Empties the queues, for as long as `patience` lasts.
    void finish(std::chrono::milliseconds patience);

    /// Failures since this was asked, one a failing output.
    std::vector<std::string> take_errors();

    outputs::DeliveryCounts counts() const;

  private:
    std::vector<std::unique_ptr<outputs::Delivery>> all_;
};

}  // namespace saker::cli
