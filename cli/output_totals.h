// Counters of outputs over reloads: what an output counted before it was replaced stays counted.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/deliveries.h"

namespace saker::cli {

class OutputTotals {
  public:
    /// These were taken out of use; they count as they are until `ended` says how they ended.
    void parting(std::vector<OutputStatus> outputs);

    /// All that were parting.
    void ended(std::vector<OutputStatus> outputs);

    /// The present ones with what others of their names counted before them. A name that is no
    /// longer configured stays, with what waits for it on disk.
    std::vector<OutputStatus> with(std::vector<OutputStatus> present) const;

  private:
    using Counts = std::map<std::string, outputs::DeliveryCounts>;

    Counts ended_;
    Counts parting_;
};

}  // namespace saker::cli
