// What is already known of the event at hand: fields read, literals found, predicates decided.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/scratch.h"
#include "engine/lang/predicate_table.h"

namespace saker::lang {

/// One a thread, for one program; reused from event to event so that nothing is allocated once it
/// is warm.
class MatchState final : private FieldReader {
  public:
    /// `table` must be sealed and outlive this.
    explicit MatchState(const PredicateTable& table);

    /// Forgets the last event. `reader` is used until the next call.
    void begin(FieldReader& reader);

    /// Whether the predicate is true of the event; decided at most once.
    bool is_true(uint32_t predicate) {
        const uint64_t known = decided_[predicate];
        return known >> 1U == event_ ? (known & 1U) != 0 : decide(predicate);
    }

    /// The literals of the group found in any of its operand's values.
    std::span<const uint32_t> found(uint32_t group);

    /// Room for a program's set of rules under suspicion: all zero between events.
    std::vector<uint64_t>& suspects() { return suspects_; }

  private:
    struct SlotValues {
        explicit SlotValues(Scratch& scratch) : values(scratch) {}

        uint64_t event = 0;
        Values values;
    };

    /// Of one literal: in which of the operand's values it was found, as bits.
    struct Hit {
        uint64_t event = 0;
        uint64_t values = 0;
    };

    struct Found {
        uint64_t event = 0;
        std::vector<uint32_t> literals;
        std::vector<Hit> hits;  // by literal
    };

    void read(const FieldUse& use, Values& out) override;
    const Values& values_of(uint32_t slot);
    bool decide(uint32_t predicate);
    bool compute(const Predicate& predicate);
    bool ask_index(const Predicate& predicate, size_t values);
    void search(const LiteralGroup& group, Found& found);
    void search_value(const LiteralGroup& group, const Value& value, size_t number, Found& found);
    std::string_view fold(std::string_view text);

    const PredicateTable* table_;
    FieldReader* reader_ = nullptr;
    uint64_t event_ = 0;
    std::unique_ptr<Scratch> scratch_ = std::make_unique<Scratch>();  // stays when this moves
    std::vector<SlotValues> slots_;
    std::vector<Found> found_;       // by group
    std::vector<uint64_t> decided_;  // by predicate: event and answer
    std::vector<uint64_t> suspects_;
};

}  // namespace saker::lang
