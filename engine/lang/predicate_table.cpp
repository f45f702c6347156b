// Numbering tests, operands and literals.
#include "engine/lang/predicate_table.h"

#include <algorithm>
#include <optional>

#include "engine/lang/text_match.h"

namespace saker::lang {

namespace {

bool is_text(FieldType type) {
    return type == FieldType::text || type == FieldType::path || type == FieldType::bytes;
}

bool is_number(FieldType type) {
    return type == FieldType::signed_number || type == FieldType::unsigned_number ||
           type == FieldType::boolean || type == FieldType::port ||
           type == FieldType::relative_time || type == FieldType::absolute_time;
}

/// Which search answers the test, if one does.
std::optional<Search> search_for(const Test& test) {
    if (!test.has_literals() || test.left.is_list()) {
        return std::nullopt;
    }
    const bool plain = test.modifier == Modifier::none;
    if (!plain && (test.modifier != Modifier::any_of || test.op->family == Family::unequal)) {
        return std::nullopt;
    }
    const bool text = is_text(test.left.type);
    switch (test.op->family) {
        case Family::equal:
        case Family::unequal:
        case Family::in:
        case Family::intersects:
            if (text) {
                return Search::text_equal;
            }
            return is_number(test.left.type) ? std::optional(Search::number_equal) : std::nullopt;
        case Family::prefix:
            return text ? std::optional(Search::begin) : std::nullopt;
        case Family::suffix:
            return text ? std::optional(Search::end) : std::nullopt;
        case Family::contains:
            if (text) {
                return test.op->fold_case ? Search::inside_folded : Search::inside;
            }
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

Asks asked_by(const Test& test, bool negated) {
    const Several several = test.left.several;
    const bool all_names = several == Several::names && negated;
    if (test.op->family != Family::unequal) {
        return all_names ? Asks::every_hit : Asks::some_hit;
    }
    return several == Several::ends || all_names ? Asks::every_miss : Asks::some_miss;
}

/// Whether `not` before the test changes how its values are counted.
bool minds_negation(const Test& test) {
    return test.left.several == Several::names || test.right.several == Several::names;
}

std::string folded(std::string text) {
    std::ranges::transform(text, text.begin(), [](char letter) { return to_lower(letter); });
    return text;
}

}  // namespace

uint32_t PredicateTable::intern(const Test& test, bool negated) {
    negated = negated && minds_negation(test);
    const auto number = static_cast<uint32_t>(predicates_.size());
    const auto [found, is_new] =
        predicate_by_key_.try_emplace((negated ? "all " : "any ") + test.key, number);
    if (!is_new) {
        return found->second;
    }
    Predicate made{.test = &test, .negated = negated, .slot = slot_for(test.left), .literals = {}};
    if (test.op->family != Family::exists && !test.has_literals()) {
        made.right_slot = slot_for(test.right);
    }
    made.asks = asked_by(test, negated);
    predicates_.push_back(std::move(made));
    if (const auto search = search_for(test)) {
        add_to_group(number, *search);
    }
    return number;
}

uint32_t PredicateTable::slot_for(const Operand& operand) {
    const auto number = static_cast<uint32_t>(slots_.size());
    const auto [found, is_new] = slot_by_key_.try_emplace(operand.key, number);
    if (is_new) {
        slots_.push_back({&operand});
        add_inputs(operand);
    }
    return found->second;
}

/// Gives the fields a transformer reads slots too, so that reading them twice reads them once.
void PredicateTable::add_inputs(const Operand& operand) {
    std::span<const Operand> inputs;
    if (const auto* use = std::get_if<std::unique_ptr<TransformUse>>(&operand.node)) {
        inputs = (*use)->inputs;
    } else if (const auto* list = std::get_if<std::vector<Operand>>(&operand.node)) {
        inputs = *list;
    }
    for (const Operand& input : inputs) {
        if (const auto* use = std::get_if<FieldUse>(&input.node)) {
            slot_by_use_.emplace(use, slot_for(input));
        } else {
            add_inputs(input);
        }
    }
}

void PredicateTable::add_to_group(uint32_t predicate, Search search) {
    Predicate& made = predicates_[predicate];
    const uint64_t key = static_cast<uint64_t>(made.slot) << 8U | static_cast<uint64_t>(search);
    const auto number = static_cast<uint32_t>(groups_.size());
    const auto [found, is_new] = group_by_slot_and_search_.try_emplace(key, number);
    if (is_new) {
        groups_.push_back({.slot = made.slot, .search = search, .literals = 0, .index = {}});
        literals_.emplace_back();
    }
    made.group = found->second;
    Literals& known = literals_[made.group];
    known.predicates.push_back(predicate);
    for (const Literal& literal : made.test->literals()) {
        if (search == Search::number_equal) {
            const auto bits = number_bits(literal.other);
            const auto next = static_cast<uint32_t>(known.numbers.size());
            made.literals.push_back(
                known.numbers.try_emplace(bits.value_or(0), next).first->second);
        } else {
            const auto next = static_cast<uint32_t>(known.texts.size());
            std::string text =
                search == Search::inside_folded ? folded(literal.bytes) : literal.bytes;
            made.literals.push_back(known.texts.try_emplace(std::move(text), next).first->second);
        }
    }
    std::ranges::sort(made.literals);
    made.literals.erase(std::unique(made.literals.begin(), made.literals.end()),
                        made.literals.end());
}

void PredicateTable::seal() {
    for (uint32_t group = 0; group < groups_.size(); ++group) {
        build_index(group);
    }
    literals_.clear();
    predicate_by_key_.clear();
    slot_by_key_.clear();
    group_by_slot_and_search_.clear();
}

void PredicateTable::build_index(uint32_t group) {
    LiteralGroup& made = groups_[group];
    Literals& known = literals_[group];
    if (made.search == Search::number_equal) {
        std::vector<uint64_t> numbers(known.numbers.size());
        for (const auto& [number, index] : known.numbers) {
            numbers[index] = number;
        }
        made.literals = numbers.size();
        made.index = NumberSet(std::move(numbers));
        return;
    }
    std::vector<std::string> texts(known.texts.size());
    while (!known.texts.empty()) {
        auto node = known.texts.extract(known.texts.begin());
        texts[node.mapped()] = std::move(node.key());
    }
    made.literals = texts.size();
    if (made.search == Search::text_equal) {
        made.index = TextSet(std::move(texts));
        return;
    }
    const auto where = made.search == Search::begin ? LiteralTrie::Where::begin
                       : made.search == Search::end ? LiteralTrie::Where::end
                                                    : LiteralTrie::Where::anywhere;
    if (auto trie = LiteralTrie::build(texts, where)) {
        made.index = std::move(*trie);
        return;
    }
    for (const uint32_t predicate : known.predicates) {
        predicates_[predicate].group = kNowhere;
        predicates_[predicate].literals = {};
    }
}

}  // namespace saker::lang
