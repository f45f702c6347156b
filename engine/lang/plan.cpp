// Choosing what each rule waits for.
#include "engine/lang/plan.h"

#include <algorithm>
#include <map>
#include <optional>

namespace saker::lang {

namespace {

/// A rule that waits for more leaves than this is run every time instead.
constexpr size_t kMostLeaves = 64;

/// What running a rule that turns out not to match costs, in the unit of the estimates.
constexpr double kCostOfRunning = 10;

/// What a set of leaves, one of which must be true, would cost per event.
struct Cover {
    double cost = 0;    // of deciding the leaves
    double chance = 0;  // of having to run the rule
    std::vector<Leaf> leaves;

    double price() const { return cost + std::min(1.0, chance) * kCostOfRunning; }
};

/// Finds covers for the rules of one plan.
class CoverSearch {
  public:
    CoverSearch(const PredicateTable& table, const Formulas& formulas, Code& code)
        : table_(table), formulas_(formulas), code_(code) {}

    /// Counts who could share what.
    void count(FormulaId formula);

    /// Nothing when running the rule every time is no dearer.
    std::optional<Cover> best(FormulaId formula);

    /// From now on what these leaves need is paid for.
    void use(const std::vector<Leaf>& leaves);
    void forget_covers() { covers_.clear(); }

  private:
    bool is_indexed(Leaf leaf) const {
        const Predicate& predicate = table_.predicates()[leaf.predicate];
        return leaf.wanted && predicate.group != kNowhere && predicate.asks == Asks::some_hit;
    }
    /// Who shares the cost of deciding the leaf: its group, or else its predicate.
    uint64_t share_key(Leaf leaf) const {
        return is_indexed(leaf) ? uint64_t{1} << 32U | table_.predicates()[leaf.predicate].group
                                : leaf.predicate;
    }
    double cost_of(Leaf leaf) const;
    const std::optional<Cover>& search(FormulaId formula);
    std::optional<Cover> search_terms(FormulaId formula);

    const PredicateTable& table_;
    const Formulas& formulas_;
    Code& code_;
    std::unordered_map<uint64_t, uint32_t> shares_;
    std::unordered_map<uint64_t, bool> used_;
    std::unordered_map<FormulaId, std::optional<Cover>> covers_;
};

void CoverSearch::count(FormulaId formula) {
    std::vector<FormulaId> todo{formula};
    std::vector<uint64_t> seen;
    while (!todo.empty()) {
        const FormulaId next = todo.back();
        todo.pop_back();
        if (formulas_.kind(next) == Formulas::Kind::leaf) {
            seen.push_back(share_key(formulas_.leaf_of(next)));
        }
        const auto terms = formulas_.terms(next);
        todo.insert(todo.end(), terms.begin(), terms.end());
    }
    std::ranges::sort(seen);
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const uint64_t key : seen) {
        ++shares_[key];
    }
}

double CoverSearch::cost_of(Leaf leaf) const {
    const uint64_t key = share_key(leaf);
    if (used_.contains(key)) {
        return 0;
    }
    const Predicate& predicate = table_.predicates()[leaf.predicate];
    const auto shares = shares_.find(key);
    return estimate(table_, predicate).cost /
           (shares == shares_.end() ? 1.0 : static_cast<double>(shares->second));
}

const std::optional<Cover>& CoverSearch::search(FormulaId formula) {
    const auto found = covers_.find(formula);
    if (found != covers_.end()) {
        return found->second;
    }
    std::optional<Cover> made = search_terms(formula);
    return covers_.emplace(formula, std::move(made)).first->second;
}

std::optional<Cover> CoverSearch::search_terms(FormulaId formula) {
    switch (formulas_.kind(formula)) {
        case Formulas::Kind::never:
            return Cover{};
        case Formulas::Kind::always:
            return std::nullopt;
        case Formulas::Kind::leaf: {
            const Leaf leaf = formulas_.leaf_of(formula);
            return Cover{cost_of(leaf), code_.estimate_of(formulas_, formula).chance, {leaf}};
        }
        case Formulas::Kind::all: {
            std::optional<Cover> best;
            for (const FormulaId term : formulas_.terms(formula)) {
                const std::optional<Cover>& cover = search(term);
                if (cover && (!best || cover->price() < best->price())) {
                    best = cover;
                }
            }
            return best;
        }
        case Formulas::Kind::any:
            break;
    }
    Cover together;
    for (const FormulaId term : formulas_.terms(formula)) {
        const std::optional<Cover>& cover = search(term);
        if (!cover || together.leaves.size() + cover->leaves.size() > kMostLeaves) {
            return std::nullopt;
        }
        together.cost += cover->cost;
        together.chance += cover->chance;
        together.leaves.insert(together.leaves.end(), cover->leaves.begin(), cover->leaves.end());
    }
    return together;
}

std::optional<Cover> CoverSearch::best(FormulaId formula) {
    return search(formula);
}

void CoverSearch::use(const std::vector<Leaf>& leaves) {
    for (const Leaf leaf : leaves) {
        used_[share_key(leaf)] = true;
    }
}

void add_suspect(std::vector<SuspectBits>& suspects, uint32_t position) {
    const uint32_t word = position / 64;
    const uint64_t bit = uint64_t{1} << (position % 64);
    if (suspects.empty() || suspects.back().word != word) {
        suspects.push_back({word, 0});
    }
    suspects.back().bits |= bit;
}

/// Turns "this rule waits for these leaves" round: what each literal or predicate sets off.
void index_suspicions(const PredicateTable& table, Plan& plan) {
    std::map<uint32_t, std::map<uint32_t, std::vector<SuspectBits>>> by_literal;
    std::map<std::pair<uint32_t, bool>, std::vector<SuspectBits>> by_leaf;
    for (uint32_t position = 0; position < plan.rules.size(); ++position) {
        const PlannedRule& rule = plan.rules[position];
        if (rule.suspected_by.empty()) {
            add_suspect(plan.always, position);
        }
        for (const Leaf leaf : rule.suspected_by) {
            const Predicate& predicate = table.predicates()[leaf.predicate];
            if (leaf.wanted && predicate.group != kNowhere && predicate.asks == Asks::some_hit) {
                for (const uint32_t literal : predicate.literals) {
                    add_suspect(by_literal[predicate.group][literal], position);
                }
            } else {
                add_suspect(by_leaf[{leaf.predicate, leaf.wanted}], position);
            }
        }
    }
    for (auto& [leaf, suspects] : by_leaf) {
        plan.by_leaf.push_back({{leaf.first, leaf.second}, std::move(suspects)});
    }
    for (const auto& [group, literals] : by_literal) {
        LiteralSuspicion made{.group = group, .literals = {}, .begins = {}, .suspects = {}};
        for (const auto& [literal, suspects] : literals) {
            made.literals.push_back(literal);
            made.begins.push_back(static_cast<uint32_t>(made.suspects.size()));
            made.suspects.insert(made.suspects.end(), suspects.begin(), suspects.end());
        }
        made.begins.push_back(static_cast<uint32_t>(made.suspects.size()));
        plan.by_literal.push_back(std::move(made));
    }
}

}  // namespace

Plan make_plan(const PredicateTable& table, const Formulas& formulas, Code& code,
               std::vector<PlannedRule> rules) {
    CoverSearch covers(table, formulas, code);
    for (const PlannedRule& rule : rules) {
        covers.count(rule.formula);
    }
    // The second round knows what the first has paid for, and gathers rules there.
    for (int round = 0; round < 2; ++round) {
        for (PlannedRule& rule : rules) {
            const std::optional<Cover> cover = covers.best(rule.formula);
            rule.suspected_by = cover ? cover->leaves : std::vector<Leaf>{};
        }
        for (const PlannedRule& rule : rules) {
            covers.use(rule.suspected_by);
        }
        covers.forget_covers();
    }
    for (PlannedRule& rule : rules) {
        rule.place = code.place(formulas, rule.formula);
    }
    Plan plan;
    plan.rules = std::move(rules);
    index_suspicions(table, plan);
    return plan;
}

}  // namespace saker::lang
