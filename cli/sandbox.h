// What the daemon may no longer do, so that whoever took it over cannot either.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace saker::cli {

/// The capabilities a running daemon keeps, those of them it was started with: what loads probes at
/// a reload, and what reads other processes' files.
std::vector<std::string> kept_capabilities();

/// Gives up all others for good, also for programs started later. Before other threads are: a
/// thread has capabilities of its own.
Result<void> drop_capabilities();

/// From now on no thread gains privileges by starting programs, and system calls the daemon has no
/// use for fail with EPERM. Once probes are loaded.
Result<void> restrict_system_calls();

}  // namespace saker::cli
