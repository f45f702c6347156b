#include "engine/rules/suggest.h"

#include <algorithm>
#include <numeric>

namespace saker::rules {
namespace {

constexpr size_t kLongest = 64;

/// Edits that turn one word into the other.
size_t distance(std::string_view one, std::string_view other) {
    std::vector<size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 0; i < one.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < other.size(); ++j) {
            const size_t above = row[j + 1];
            const size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
            row[j + 1] = std::min({replaced, above + 1, row[j] + 1});
            diagonal = above;
        }
    }
    return row.back();
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
    if (name.empty() || name.size() > kLongest) {
        return {};
    }
    const size_t limit = name.size() < 4 ? 1 : name.size() < 8 ? 2 : 3;
    size_t best = limit + 1;
    std::string_view found;
    for (const std::string_view candidate : candidates) {
        const size_t longer = std::max(name.size(), candidate.size());
        const size_t shorter = std::min(name.size(), candidate.size());
        if (longer - shorter > limit) {
            continue;
        }
        const size_t edits = distance(name, candidate);
        if (edits < best) {
            best = edits;
            found = candidate;
        }
    }
    return std::string(found);
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates) {
    const std::string found = nearest(name, candidates);
    return found.empty() ? "" : "did you mean '" + found + "'?";
}

}  // namespace saker::rules
