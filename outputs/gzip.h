// Compression of requests.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace saker::outputs {

Result<std::string> gzip(std::string_view bytes);

}  // namespace saker::outputs
