// Facilities of syslog, by name.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace saker::outputs {

inline constexpr std::array<std::string_view, 24> kFacilities{
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};

inline std::optional<uint8_t> find_facility(std::string_view name) {
    const auto found = std::ranges::find(kFacilities, name);
    return found == kFacilities.end()
               ? std::nullopt
               : std::optional(static_cast<uint8_t>(found - kFacilities.begin()));
}

}  // namespace saker::outputs
