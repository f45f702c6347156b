// Which alerts go to an output.
#pragma once

#include <string>
#include <vector>

#include "config/output_setting.h"
#include "engine/alert.h"

namespace saker::outputs {

/// Every condition that is set must hold. An alert of Saker about itself (`source` is `internal`)
/// need not be of the rules or tags asked for: whoever gets alerts must learn of blindness too.
class Filter {
  public:
    Filter() = default;
    explicit Filter(const config::OutputSetting& setting);

    bool lets_through(const Alert& alert) const;

  private:
    config::Urgency least_ = config::Urgency::debug;
    std::vector<std::string> rules_;
    std::vector<std::string> tags_;
};

}  // namespace saker::outputs
