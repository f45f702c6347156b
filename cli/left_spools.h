// Alerts on disk that nobody sends: their output was renamed or taken away.
#pragma once

#include <vector>

#include "cli/deliveries.h"

namespace saker::cli {

/// What waits in the state directory for outputs that are not configured, by the name that would
/// bring them to be sent, and spools of theirs that are broken. None without a state directory.
std::vector<OutputStatus> left_spools(const config::Config& config);

}  // namespace saker::cli
