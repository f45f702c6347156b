// Ways to find text in text that the standard library lacks. Bytes, not characters; no locale.
#pragma once

#include <string_view>

namespace saker::lang {

constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr char to_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

/// Whether `part` is somewhere in `text`, whatever the case of ASCII letters.
bool contains_folded(std::string_view text, std::string_view part);

/// fnmatch(3) without flags, or with FNM_CASEFOLD: `*` crosses '/' and takes leading dots. Takes
/// time proportional to pattern times text at worst.
bool glob_matches(std::string_view pattern, std::string_view text, bool fold_case);

/// Whether a path's part is a pattern for `glob_matches`, not itself.
constexpr bool has_wildcard(std::string_view part) {
    return part.find_first_of("?*[") != std::string_view::npos;
}

}  // namespace saker::lang
