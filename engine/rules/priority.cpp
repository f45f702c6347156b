#include "engine/rules/priority.h"

#include <strings.h>

#include <array>
#include <string>

namespace saker::rules {
namespace {

constexpr std::array<const char*, 8> kNames = {
    "Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug",
};

}  // namespace

std::string_view name_of(Priority priority) {
    return kNames[static_cast<size_t>(priority)];
}

std::optional<Priority> find_priority(std::string_view name) {
    const std::string wanted(name);
    for (size_t i = 0; i < kNames.size(); ++i) {
        if (::strcasecmp(wanted.c_str(), kNames[i]) == 0) {
            return static_cast<Priority>(i);
        }
    }
    if (::strcasecmp(wanted.c_str(), "info") == 0) {
        return Priority::informational;
    }
    return std::nullopt;
}

}  // namespace saker::rules
