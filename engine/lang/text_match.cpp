#include "engine/lang/text_match.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace saker::lang {
namespace {

constexpr bool is_upper(unsigned char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(unsigned char c) {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_alpha(unsigned char c) {
    return is_upper(c) || is_lower(c);
}
constexpr bool is_digit(unsigned char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alnum(unsigned char c) {
    return is_alpha(c) || is_digit(c);
}
constexpr bool is_graph(unsigned char c) {
    return c > ' ' && c < 0x7f;
}

struct CharacterClass {
    std::string_view name;
    bool (*holds)(unsigned char);
};

constexpr std::array<CharacterClass, 12> kClasses{{
    {"alpha", is_alpha},
    {"digit", is_digit},
    {"alnum", is_alnum},
    {"upper", is_upper},
    {"lower", is_lower},
    {"space", [](unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }},
    {"blank", [](unsigned char c) { return c == ' ' || c == '\t'; }},
    {"punct", [](unsigned char c) { return is_graph(c) && !is_alnum(c); }},
    {"print", [](unsigned char c) { return c >= ' ' && c < 0x7f; }},
    {"graph", is_graph},
    {"cntrl", [](unsigned char c) { return c < ' ' || c == 0x7f; }},
    {"xdigit",
     [](unsigned char c) {
         return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
     }},
}};

/// A glob pattern read piece by piece. Every piece but `*` takes exactly one byte.
class Glob {
  public:
    Glob(std::string_view pattern, bool fold_case) : pattern_(pattern), fold_case_(fold_case) {}

    bool matches(std::string_view text) const;

  private:
    static constexpr size_t kNoPiece = 0;

    size_t take_one(size_t at, char c, bool& fits) const;
    size_t take_set(size_t at, char c, bool& fits) const;
    std::optional<size_t> set_end(size_t at) const;
    size_t take_class(size_t at, char c, bool& fits) const;
    unsigned char folded(char c) const {
        return static_cast<unsigned char>(fold_case_ ? to_lower(c) : c);
    }

    std::string_view pattern_;
    bool fold_case_;
};

/// Where the `]` that closes the set beginning at `at` is; nothing when the `[` is just itself.
std::optional<size_t> Glob::set_end(size_t at) const {
    size_t i = at + 1;
    if (i < pattern_.size() && (pattern_[i] == '!' || pattern_[i] == '^')) {
        ++i;
    }
    for (bool first = true; i < pattern_.size(); first = false) {
        if (pattern_[i] == ']' && !first) {
            return i;
        }
        const bool opens_class =
            pattern_[i] == '[' && i + 1 < pattern_.size() &&
            std::string_view(":.=").find(pattern_[i + 1]) != std::string_view::npos;
        if (opens_class) {
            const char closing[] = {pattern_[i + 1], ']'};
            const size_t close = pattern_.find(std::string_view(closing, 2), i + 2);
            if (close != std::string_view::npos) {
                i = close + 2;
                continue;
            }
        }
        i += pattern_[i] == '\\' ? 2 : 1;
    }
    return std::nullopt;
}

/// Takes `[:alpha:]`, `[=a=]` or `[.a.]` at `at`; kNoPiece when there is none.
size_t Glob::take_class(size_t at, char c, bool& fits) const {
    if (pattern_[at] != '[' || at + 1 >= pattern_.size()) {
        return kNoPiece;
    }
    const char kind = pattern_[at + 1];
    if (kind != ':' && kind != '=' && kind != '.') {
        return kNoPiece;
    }
    const char closing[] = {kind, ']'};
    const size_t close = pattern_.find(std::string_view(closing, 2), at + 2);
    if (close == std::string_view::npos) {
        return kNoPiece;
    }
    const auto name = pattern_.substr(at + 2, close - at - 2);
    if (kind == ':') {
        const auto* known = std::ranges::find(kClasses, name, &CharacterClass::name);
        if (known != kClasses.end()) {
            fits = fits || known->holds(static_cast<unsigned char>(c));
        }
    } else {
        fits = fits || (name.size() == 1 && folded(name[0]) == folded(c));
    }
    return close + 2;
}

size_t Glob::take_set(size_t at, char c, bool& fits) const {
    const size_t end = *set_end(at);
    size_t i = at + 1;
    const bool negated = pattern_[i] == '!' || pattern_[i] == '^';
    i += negated ? 1 : 0;
    bool found = false;
    while (i < end) {
        if (const size_t after = take_class(i, c, found); after != kNoPiece) {
            i = after;
            continue;
        }
        i += pattern_[i] == '\\' && i + 1 < end ? 1 : 0;
        const unsigned char low = folded(pattern_[i++]);
        unsigned char high = low;
        if (i + 1 < end && pattern_[i] == '-') {
            i += pattern_[i + 1] == '\\' && i + 2 < end ? 2 : 1;
            high = folded(pattern_[i++]);
        }
        found = found || (low <= folded(c) && folded(c) <= high);
    }
    fits = found != negated;
    return end + 1;
}

/// Tries the piece at `at` on one byte; gives where the next piece begins.
size_t Glob::take_one(size_t at, char c, bool& fits) const {
    switch (pattern_[at]) {
        case '?':
            fits = true;
            return at + 1;
        case '[':
            if (set_end(at)) {
                return take_set(at, c, fits);
            }
            break;
        case '\\':
            if (at + 1 == pattern_.size()) {
                fits = false;
                return at + 1;
            }
            ++at;
            break;
        default:
            break;
    }
    fits = folded(pattern_[at]) == folded(c);
    return at + 1;
}

bool Glob::matches(std::string_view text) const {
    size_t at = 0;
    size_t position = 0;
    // Only the last star can need another try: an earlier one that took more would leave less.
    std::optional<std::pair<size_t, size_t>> star;
    while (position < text.size() || at < pattern_.size()) {
        if (at < pattern_.size() && pattern_[at] == '*') {
            star = {++at, position};
            continue;
        }
        bool fits = false;
        if (position < text.size() && at < pattern_.size()) {
            const size_t next = take_one(at, text[position], fits);
            if (fits) {
                at = next;
                ++position;
                continue;
            }
        }
        if (!star || star->second >= text.size()) {
            return false;
        }
        at = star->first;
        position = ++star->second;
    }
    return true;
}

}  // namespace

bool contains_folded(std::string_view text, std::string_view part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char a, char b) { return to_lower(a) == to_lower(b); }) != text.end() ||
           part.empty();
}

bool glob_matches(std::string_view pattern, std::string_view text, bool fold_case) {
    return Glob(pattern, fold_case).matches(text);
}

}  // namespace saker::lang
