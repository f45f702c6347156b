// "Did you mean …?": the known name most like the one written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace saker {

/// How many letters must be changed, added or dropped to make `left` of `right`.
inline size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<size_t> row(right.size() + 1);
    for (size_t column = 0; column <= right.size(); ++column) {
        row[column] = column;
    }
    for (size_t line = 1; line <= left.size(); ++line) {
        size_t diagonal = row[0];
        row[0] = line;
        for (size_t column = 1; column <= right.size(); ++column) {
            const size_t replaced = diagonal + (left[line - 1] == right[column - 1] ? 0 : 1);
            diagonal = row[column];
            row[column] = std::min({replaced, row[column] + 1, row[column - 1] + 1});
        }
    }
    return row.back();
}

/// The one of `known` that `written` was likely meant to be; empty when none is close.
template <class Names>
std::string_view nearest(std::string_view written, const Names& known) {
    static constexpr size_t kLongest = 64;
    std::string_view best;
    if (written.size() > kLongest) {
        return best;
    }
    size_t least = written.size() / 3 + 1;
    for (const std::string_view name : known) {
        const size_t distance = edit_distance(written, name);
        if (distance < least || (distance == least && best.empty())) {
            least = distance;
            best = name;
        }
    }
    return best;
}

}  // namespace saker
