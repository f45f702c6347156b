// Many texts searched for together: which of them begin, end or occur in a value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/literal_set.h"

namespace saker::lang {

/// A trie laid out breadth first, so that the children of a state are neighbours. With failure
/// links it is the automaton of Aho and Corasick: one pass over the value finds every literal in
/// it.
class LiteralTrie {
  public:
    enum class Where : uint8_t { begin, end, anywhere };

    /// `literals` must not hold the same text twice. Nothing when they are together so long that
    /// the trie would not be worth its memory.
    static std::optional<LiteralTrie> build(std::span<const std::string> literals, Where where);

    /// Calls `hit(index of literal)` for each that is there; with `anywhere` perhaps repeatedly.
    /// `hit` says whether it had not been told of that literal before.
    template <class Hit>
    void search(std::string_view text, Hit&& hit) const {
        switch (where_) {
            case Where::begin:
                walk(
                    text.size(), [&](size_t at) { return text[at]; }, hit);
                break;
            case Where::end:
                walk(
                    text.size(), [&](size_t at) { return text[text.size() - 1 - at]; }, hit);
                break;
            case Where::anywhere:
                if (few_.empty()) {
                    scan(text, hit);
                } else {
                    find_each(text, hit);
                }
                break;
        }
    }

  private:
    struct State {
        uint32_t first_child = 0;
        uint32_t children = 0;
        uint32_t literal = kNoLiteral;
        uint32_t failure = 0;
        uint32_t next_output = 0;  // the nearest state on the failure path that ends a literal
    };

    void link_failures();

    uint32_t child(uint32_t state, uint8_t byte) const {
        if (state == 0) {
            return from_root_[byte];
        }
        const State& at = states_[state];
        for (uint32_t i = at.first_child; i < at.first_child + at.children; ++i) {
            if (labels_[i] == byte) {
                return i;
            }
        }
        return 0;
    }

    template <class ByteAt, class Hit>
    void walk(size_t size, ByteAt byte_at, Hit&& hit) const {
        uint32_t state = 0;
        for (size_t at = 0;; ++at) {
            if (states_[state].literal != kNoLiteral) {
                hit(states_[state].literal);
            }
            if (at == size) {
                return;
            }
            state = child(state, static_cast<uint8_t>(byte_at(at)));
            if (state == 0) {
                return;
            }
        }
    }

    template <class Hit>
    void scan(std::string_view text, Hit&& hit) const {
        if (states_[0].literal != kNoLiteral) {
            hit(states_[0].literal);
        }
        uint32_t state = 0;
        for (const char letter : text) {
            const auto byte = static_cast<uint8_t>(letter);
            uint32_t next = child(state, byte);
            while (next == 0 && state != 0) {
                state = states_[state].failure;
                next = child(state, byte);
            }
            state = next;
            if (state == 0) {
                continue;
            }
            uint32_t ends =
                states_[state].literal != kNoLiteral ? state : states_[state].next_output;
            while (ends != 0 && hit(states_[ends].literal)) {
                ends = states_[ends].next_output;
            }
        }
    }

    template <class Hit>
    void find_each(std::string_view text, Hit&& hit) const {
        for (uint32_t literal = 0; literal < few_.size(); ++literal) {
            if (text.find(few_[literal]) != std::string_view::npos) {
                hit(literal);
            }
        }
    }

    Where where_ = Where::begin;
    std::vector<std::string> few_;  // so few that looking for each in turn is faster
    std::vector<State> states_;
    std::vector<uint8_t> labels_;  // of the step into each state
    std::array<uint32_t, 256> from_root_{};
};

}  // namespace saker::lang
