// HTTP and HTTPS receivers: a POST for one alert or a batch of them.
#pragma once

#include "outputs/table.h"

namespace saker::outputs {

/// Fails when a file it names cannot be read or the URL is none; not when the receiver is away.
Result<Remote> connect_http(const OutputOptions& options);

}  // namespace saker::outputs
