// Versions as rule files write them: three numbers.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace saker::rules {

using Version = std::array<uint32_t, 3>;

/// `1.2.3`, and what may follow the third number; nothing else.
inline std::optional<Version> parse_version(std::string_view text) {
    Version version{};
    for (size_t i = 0; i < version.size(); ++i) {
        if (i > 0) {
            if (!text.starts_with('.')) {
                return std::nullopt;
            }
            text.remove_prefix(1);
        }
        const auto [stop, problem] =
            std::from_chars(text.data(), text.data() + text.size(), version[i]);
        if (problem != std::errc()) {
            return std::nullopt;
        }
        text.remove_prefix(static_cast<size_t>(stop - text.data()));
    }
    return version;
}

/// What asks for `wanted` runs with `have`: same major number, not older.
inline bool satisfies(const Version& have, const Version& wanted) {
    return have[0] == wanted[0] && have >= wanted;
}

}  // namespace saker::rules
