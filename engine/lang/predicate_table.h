// The tests of a whole rule set: each once, and those that can be answered together, together.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "engine/lang/condition.h"
#include "engine/lang/literal_set.h"
#include "engine/lang/literal_trie.h"

namespace saker::lang {

inline constexpr uint32_t kNowhere = UINT32_MAX;

/// How literals are looked for in a value. Tests of one operand and one search share an index.
enum class Search : uint8_t { text_equal, number_equal, begin, end, inside, inside_folded };

/// What an indexed predicate asks of an operand's values. All are false of no values.
enum class Asks : uint8_t { some_hit, every_hit, some_miss, every_miss };

/// One test; `negated` as in `holds`.
struct Predicate {
    const Test* test = nullptr;
    bool negated = false;
    uint32_t slot = 0;
    uint32_t right_slot = kNowhere;  // when the right-hand side is read per event
    uint32_t group = kNowhere;       // when its literals are in an index
    Asks asks = Asks::some_hit;      // of the literals' search
    std::vector<uint32_t> literals;  // numbers in the group, ascending
};

/// An operand that is evaluated at most once per event.
struct Slot {
    const Operand* operand = nullptr;
};

/// All literals that are looked for in one operand in the same way.
struct LiteralGroup {
    uint32_t slot = 0;
    Search search = Search::text_equal;
    size_t literals = 0;
    std::variant<std::monostate, TextSet, NumberSet, LiteralTrie> index;
};

/// Filled when rules are loaded, then only read. Borrows the conditions the tests are part of.
class PredicateTable {
  public:
    /// The number of the predicate; a test met before keeps its number.
    uint32_t intern(const Test& test, bool negated);

    /// Builds the literal indexes: after the last `intern`, before the first event.
    void seal();

    std::span<const Predicate> predicates() const { return predicates_; }
    std::span<const Slot> slots() const { return slots_; }
    std::span<const LiteralGroup> groups() const { return groups_; }

    /// The slot of a field a transformer reads; kNowhere if the table has not met it.
    uint32_t slot_of(const FieldUse& use) const {
        const auto found = slot_by_use_.find(&use);
        return found == slot_by_use_.end() ? kNowhere : found->second;
    }

  private:
    struct Literals {
        std::unordered_map<std::string, uint32_t> texts;
        std::unordered_map<uint64_t, uint32_t> numbers;
        std::vector<uint32_t> predicates;
    };

    uint32_t slot_for(const Operand& operand);
    uint32_t slot_for(const FieldUse& use, const Operand& operand);
    void add_inputs(const Operand& operand);
    void add_to_group(uint32_t predicate, Search search);
    void build_index(uint32_t group);

    std::vector<Predicate> predicates_;
    std::vector<Slot> slots_;
    std::vector<LiteralGroup> groups_;
    std::vector<Literals> literals_;  // of each group, until sealed
    std::unordered_map<std::string, uint32_t> predicate_by_key_;
    std::unordered_map<std::string, uint32_t> slot_by_key_;
    std::unordered_map<uint64_t, uint32_t> group_by_slot_and_search_;
    std::unordered_map<const FieldUse*, uint32_t> slot_by_use_;
};

/// A number, truth or time as the 64 bits its index holds; nothing for other values.
inline std::optional<uint64_t> number_bits(const Value& value) {
    if (const auto* whole = std::get_if<uint64_t>(&value)) {
        return *whole;
    }
    if (const auto* whole = std::get_if<int64_t>(&value)) {
        return static_cast<uint64_t>(*whole);
    }
    if (const auto* truth = std::get_if<bool>(&value)) {
        return *truth ? 1 : 0;
    }
    return std::nullopt;
}

}  // namespace saker::lang
