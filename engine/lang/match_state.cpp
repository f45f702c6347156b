// Deciding predicates, each at most once per event.
#include "engine/lang/match_state.h"

#include <algorithm>

#include "engine/lang/text_match.h"

namespace saker::lang {

namespace {

/// Values beyond this many have no bit; then a test is put to the values themselves.
constexpr size_t kValueBits = 64;

}  // namespace

MatchState::MatchState(const PredicateTable& table) : table_(&table) {
    slots_.reserve(table.slots().size());
    for (size_t i = 0; i < table.slots().size(); ++i) {
        slots_.emplace_back(*scratch_);
    }
    found_.resize(table.groups().size());
    for (size_t i = 0; i < found_.size(); ++i) {
        found_[i].hits.resize(table.groups()[i].literals);
    }
    decided_.resize(table.predicates().size());
}

void MatchState::begin(FieldReader& reader) {
    ++event_;
    reader_ = &reader;
    scratch_->reset();
}

const Values& MatchState::values_of(uint32_t slot) {
    SlotValues& at = slots_[slot];
    if (at.event != event_) {
        at.event = event_;
        at.values.clear();
        const Operand& operand = *table_->slots()[slot].operand;
        if (const auto* use = std::get_if<FieldUse>(&operand.node)) {
            reader_->read(*use, at.values);
        } else {
            evaluate(operand, *this, at.values);
        }
    }
    return at.values;
}

void MatchState::read(const FieldUse& use, Values& out) {
    const uint32_t slot = table_->slot_of(use);
    if (slot == kNowhere) {
        reader_->read(use, out);
        return;
    }
    for (const Value& value : values_of(slot).all()) {
        out.add(value);
    }
}

bool MatchState::decide(uint32_t predicate) {
    const bool answer = compute(table_->predicates()[predicate]);
    decided_[predicate] = event_ << 1U | static_cast<uint64_t>(answer);
    return answer;
}

bool MatchState::compute(const Predicate& predicate) {
    const std::span<const Value> left = values_of(predicate.slot).all();
    if (left.empty()) {
        return false;
    }
    if (predicate.group != kNowhere && left.size() <= kValueBits) {
        return ask_index(predicate, left.size());
    }
    std::span<const Value> right;
    if (predicate.right_slot != kNowhere) {
        right = values_of(predicate.right_slot).all();
    }
    return holds(*predicate.test, predicate.negated, left, right);
}

bool MatchState::ask_index(const Predicate& predicate, size_t values) {
    const std::span<const uint32_t> found_here = found(predicate.group);
    const std::vector<Hit>& hits = found_[predicate.group].hits;
    uint64_t hit = 0;
    if (predicate.literals.size() <= 4) {
        for (const uint32_t literal : predicate.literals) {
            hit |= hits[literal].event == event_ ? hits[literal].values : 0;
        }
    } else {
        for (const uint32_t literal : found_here) {
            if (std::ranges::binary_search(predicate.literals, literal)) {
                hit |= hits[literal].values;
            }
        }
    }
    const uint64_t all = values == kValueBits ? ~uint64_t{0} : (uint64_t{1} << values) - 1;
    switch (predicate.asks) {
        case Asks::some_hit:
            return hit != 0;
        case Asks::every_hit:
            return hit == all;
        case Asks::some_miss:
            return hit != all;
        case Asks::every_miss:
            return hit == 0;
    }
    return false;
}

std::span<const uint32_t> MatchState::found(uint32_t group) {
    Found& found = found_[group];
    if (found.event != event_) {
        found.event = event_;
        found.literals.clear();
        search(table_->groups()[group], found);
    }
    return found.literals;
}

void MatchState::search(const LiteralGroup& group, Found& found) {
    const std::span<const Value> values = values_of(group.slot).all();
    for (size_t i = 0; i < values.size(); ++i) {
        search_value(group, values[i], i, found);
    }
}

void MatchState::search_value(const LiteralGroup& group, const Value& value, size_t number,
                              Found& found) {
    const uint64_t bit = number < kValueBits ? uint64_t{1} << number : 0;
    const auto note = [&](uint32_t literal) {
        Hit& hit = found.hits[literal];
        if (hit.event != event_) {
            hit = {event_, 0};
            found.literals.push_back(literal);
        } else if ((hit.values & bit) != 0 || bit == 0) {
            return false;
        }
        hit.values |= bit;
        return true;
    };
    if (group.search == Search::number_equal) {
        const auto bits = number_bits(value);
        const uint32_t literal = bits ? std::get<NumberSet>(group.index).find(*bits) : kNoLiteral;
        if (literal != kNoLiteral) {
            note(literal);
        }
        return;
    }
    const auto* text = std::get_if<std::string_view>(&value);
    if (!text) {
        return;
    }
    if (group.search == Search::text_equal) {
        const uint32_t literal = std::get<TextSet>(group.index).find(*text);
        if (literal != kNoLiteral) {
            note(literal);
        }
        return;
    }
    const auto& trie = std::get<LiteralTrie>(group.index);
    trie.search(group.search == Search::inside_folded ? fold(*text) : *text, note);
}

std::string_view MatchState::fold(std::string_view text) {
    char* room = scratch_->take(text.size());
    std::ranges::transform(text, room, [](char letter) { return to_lower(letter); });
    return {room, text.size()};
}

}  // namespace saker::lang
