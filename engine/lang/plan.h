// How the rules that can match one kind of event are judged on it.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "engine/lang/formula.h"
#include "engine/lang/match_state.h"
#include "engine/lang/predicate_cost.h"

namespace saker::lang {

inline constexpr uint32_t kMatch = UINT32_MAX;
inline constexpr uint32_t kNoMatch = UINT32_MAX - 1;

/// One test with its two exits: another step, or the end.
struct Step {
    uint32_t predicate = 0;
    uint32_t if_true = kMatch;
    uint32_t if_false = kNoMatch;
};

/// Formulas made ready to run: cheap and telling tests first.
class Code {
  public:
    explicit Code(const PredicateTable& table) : table_(&table) {}

    /// Where the formula's steps begin; kMatch or kNoMatch when there is nothing to test.
    uint32_t place(const Formulas& formulas, FormulaId formula);

    const std::vector<Step>& steps() const { return steps_; }
    Estimate estimate_of(const Formulas& formulas, FormulaId formula);

  private:
    uint32_t emit(const Formulas& formulas, FormulaId formula, uint32_t yes, uint32_t no);
    std::vector<FormulaId> in_order(const Formulas& formulas, FormulaId formula);

    const PredicateTable* table_;
    std::vector<Step> steps_;
    std::unordered_map<FormulaId, uint32_t> places_;
    std::unordered_map<FormulaId, Estimate> estimates_;
};

/// A rule as it stands in a plan.
struct PlannedRule {
    uint32_t rule = 0;  // its index in the rule set
    uint32_t place = kNoMatch;
    FormulaId formula = FormulaId::never;
    std::vector<Leaf> suspected_by;  // one of them is true whenever the rule is; empty: always run
};

/// Bits of one word of the set of suspects.
struct SuspectBits {
    uint32_t word = 0;
    uint64_t bits = 0;
};

/// Rules suspected when a literal is found.
struct LiteralSuspicion {
    uint32_t group = 0;
    std::vector<uint32_t> literals;  // ascending
    std::vector<uint32_t> begins;    // of each literal's entries in `suspects`, and the end
    std::vector<SuspectBits> suspects;
};

/// Rules suspected when a predicate is true, or false.
struct LeafSuspicion {
    Leaf leaf;
    std::vector<SuspectBits> suspects;
};

struct Plan {
    std::vector<PlannedRule> rules;  // by ascending index
    std::vector<LiteralSuspicion> by_literal;
    std::vector<LeafSuspicion> by_leaf;
    std::vector<SuspectBits> always;
};

/// Chooses for every rule the cheapest telling tests one of which must be true for the rule to be,
/// preferring tests that other rules of the plan wait for too.
Plan make_plan(const PredicateTable& table, const Formulas& formulas, Code& code,
               std::vector<PlannedRule> rules);

}  // namespace saker::lang
