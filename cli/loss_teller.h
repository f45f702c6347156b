// Losses of the kernel side, as alerts of Saker's own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/alert_maker.h"
#include "engine/source/kernel_source.h"

namespace saker::cli {

/// Tells of the first loss at once, then at most every ten seconds of what was lost since.
class LossTeller {
  public:
    /// Called about every second with all losses since the start; a notice when it is time for one.
    std::optional<InternalNotice> step(const std::vector<RecordLoss>& losses);

    /// What was not told yet, whatever the time.
    std::optional<InternalNotice> rest(const std::vector<RecordLoss>& losses);

  private:
    std::map<std::pair<event_id, std::string>, uint64_t> told_;
    int seconds_quiet_ = 0;
};

}  // namespace saker::cli
