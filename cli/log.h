// What commands tell people on standard error, beside results on standard output.
#pragma once

#include <string>
#include <string_view>

namespace saker::cli {

void log_info(std::string_view message);
void log_warning(std::string_view message);
void log_error(std::string_view message);

/// The line `saker: ready`, which scripts wait for.
void announce_ready();

}  // namespace saker::cli
