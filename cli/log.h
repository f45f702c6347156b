// What commands tell people on standard error, beside results on standard output. Where standard
// error is the journal, each line begins with its level as sd-daemon(3) has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/kinds.h"
#include "engine/base/diagnostic.h"

namespace saker::cli {

/// What is said from now on; everything, before this is called. From any thread.
void set_log_level(config::LogLevel level);

void log_info(std::string_view message);
void log_warning(std::string_view message);
void log_error(std::string_view message);

/// Mistakes in files as `describe` has them; whatever the level.
void log_findings(const std::vector<Diagnostic>& findings);

/// The line `saker: ready`, which scripts wait for; whatever the level.
void announce_ready();

}  // namespace saker::cli
