// RFC 5424: a syslog message around an alert.
#pragma once

#include <string>
#include <string_view>

#include "engine/alert.h"

namespace saker::outputs {

/// Header, structured data and text, without frame or newline. The text is the alert in its
/// format; it is UTF-8 and says so.
void append_syslog(const Alert& alert, uint8_t facility, std::string_view text, std::string& out);

}  // namespace saker::outputs
