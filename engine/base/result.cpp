#include "engine/base/result.h"

#include <fmt/format.h>

namespace saker {

std::string Error::text() const {
    std::string place = where.file;
    if (where.line != 0) {
        place += fmt::format("{}{}:{}", place.empty() ? "" : ":", where.line, where.column);
    }
    const std::string tail = hint.empty() ? "" : fmt::format(" ({})", hint);
    return place.empty() ? message + tail : fmt::format("{}: {}{}", place, message, tail);
}

}  // namespace saker
