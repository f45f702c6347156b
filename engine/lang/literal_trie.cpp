// Building the trie: breadth first over the sorted literals.
#include "engine/lang/literal_trie.h"

#include <algorithm>
#include <numeric>

namespace saker::lang {

namespace {

/// A trie needs about 21 bytes a letter; larger sets come from nowhere but a hostile file.
constexpr size_t kMostLetters = 1'000'000;

/// Up to here looking for one after the other beats one pass for all.
constexpr size_t kFew = 2;

struct Range {
    uint32_t begin;
    uint32_t end;
    uint32_t depth;
};

}  // namespace

std::optional<LiteralTrie> LiteralTrie::build(std::span<const std::string> literals, Where where) {
    std::vector<std::string> texts(literals.begin(), literals.end());
    size_t letters = 0;
    for (std::string& text : texts) {
        letters += text.size();
        if (where == Where::end) {
            std::ranges::reverse(text);
        }
    }
    if (letters > kMostLetters) {
        return std::nullopt;
    }
    std::vector<uint32_t> order(texts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, {}, [&](uint32_t i) -> const std::string& { return texts[i]; });

    LiteralTrie trie;
    trie.where_ = where;
    trie.states_.emplace_back();
    trie.labels_.push_back(0);
    std::vector<Range> ranges{{0, static_cast<uint32_t>(texts.size()), 0}};
    for (uint32_t state = 0; state < ranges.size(); ++state) {
        Range range = ranges[state];
        if (range.begin < range.end && texts[order[range.begin]].size() == range.depth) {
            trie.states_[state].literal = order[range.begin++];
        }
        trie.states_[state].first_child = static_cast<uint32_t>(ranges.size());
        while (range.begin < range.end) {
            const char label = texts[order[range.begin]][range.depth];
            uint32_t end = range.begin + 1;
            while (end < range.end && texts[order[end]][range.depth] == label) {
                ++end;
            }
            ranges.push_back({range.begin, end, range.depth + 1});
            trie.states_.emplace_back();
            trie.labels_.push_back(static_cast<uint8_t>(label));
            range.begin = end;
        }
        trie.states_[state].children =
            static_cast<uint32_t>(ranges.size()) - trie.states_[state].first_child;
    }
    for (uint32_t i = 1; i <= trie.states_[0].children; ++i) {
        trie.from_root_[trie.labels_[i]] = i;
    }
    if (where == Where::anywhere) {
        trie.link_failures();
        if (literals.size() <= kFew) {
            trie.few_ = std::move(texts);
        }
    }
    return trie;
}

void LiteralTrie::link_failures() {
    for (uint32_t parent = 1; parent < states_.size(); ++parent) {
        const State& from = states_[parent];
        for (uint32_t i = from.first_child; i < from.first_child + from.children; ++i) {
            uint32_t tail = from.failure;
            uint32_t target = child(tail, labels_[i]);
            while (target == 0 && tail != 0) {
                tail = states_[tail].failure;
                target = child(tail, labels_[i]);
            }
            states_[i].failure = target;
            states_[i].next_output =
                states_[target].literal != kNoLiteral ? target : states_[target].next_output;
        }
    }
}

}  // namespace saker::lang
