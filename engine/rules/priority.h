// How urgent a rule is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace saker::rules {

/// Most urgent first.
enum class Priority : uint8_t {
    emergency,
    alert,
    critical,
    error,
    warning,
    notice,
    informational,
    debug,
};

/// As alerts print it: "Warning".
std::string_view name_of(Priority priority);

/// Upper or lower case; "info" is informational.
std::optional<Priority> find_priority(std::string_view name);

}  // namespace saker::rules
