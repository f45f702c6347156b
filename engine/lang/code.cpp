// Lowering formulas to tests with two exits.
#include <algorithm>

#include "engine/lang/plan.h"

namespace saker::lang {

Estimate Code::estimate_of(const Formulas& formulas, FormulaId formula) {
    const Formulas::Kind kind = formulas.kind(formula);
    if (kind == Formulas::Kind::never || kind == Formulas::Kind::always) {
        return {0, kind == Formulas::Kind::always ? 1.0 : 0.0};
    }
    const auto found = estimates_.find(formula);
    if (found != estimates_.end()) {
        return found->second;
    }
    Estimate made;
    if (kind == Formulas::Kind::leaf) {
        const Leaf leaf = formulas.leaf_of(formula);
        made = estimate(*table_, table_->predicates()[leaf.predicate]);
        made.chance = leaf.wanted ? made.chance : 1 - made.chance;
    } else {
        const bool all = kind == Formulas::Kind::all;
        double reached = 1;  // chance that the next term is looked at
        for (const FormulaId term : in_order(formulas, formula)) {
            const Estimate one = estimate_of(formulas, term);
            made.cost += reached * one.cost;
            reached *= all ? one.chance : 1 - one.chance;
        }
        made.chance = all ? reached : 1 - reached;
    }
    estimates_.emplace(formula, made);
    return made;
}

/// The terms in the order that decides soonest: least cost for the chance of being done.
std::vector<FormulaId> Code::in_order(const Formulas& formulas, FormulaId formula) {
    const bool all = formulas.kind(formula) == Formulas::Kind::all;
    std::vector<std::pair<double, FormulaId>> ranked;
    for (const FormulaId term : formulas.terms(formula)) {
        const Estimate one = estimate_of(formulas, term);
        const double done = all ? 1 - one.chance : one.chance;
        ranked.emplace_back(one.cost / std::max(done, 1e-9), term);
    }
    std::ranges::sort(ranked);
    std::vector<FormulaId> order;
    order.reserve(ranked.size());
    for (const auto& [rank, term] : ranked) {
        order.push_back(term);
    }
    return order;
}

uint32_t Code::place(const Formulas& formulas, FormulaId formula) {
    const auto found = places_.find(formula);
    if (found != places_.end()) {
        return found->second;
    }
    const uint32_t made = emit(formulas, formula, kMatch, kNoMatch);
    places_.emplace(formula, made);
    return made;
}

/// Lowered last to first, so that every step knows its exits when it is made.
uint32_t Code::emit(const Formulas& formulas, FormulaId formula, uint32_t yes, uint32_t no) {
    switch (formulas.kind(formula)) {
        case Formulas::Kind::never:
            return no;
        case Formulas::Kind::always:
            return yes;
        case Formulas::Kind::leaf: {
            const Leaf leaf = formulas.leaf_of(formula);
            steps_.push_back({leaf.predicate, leaf.wanted ? yes : no, leaf.wanted ? no : yes});
            return static_cast<uint32_t>(steps_.size() - 1);
        }
        case Formulas::Kind::all:
        case Formulas::Kind::any:
            break;
    }
    const bool all = formulas.kind(formula) == Formulas::Kind::all;
    std::vector<FormulaId> order = in_order(formulas, formula);
    std::ranges::reverse(order);
    uint32_t next = all ? yes : no;
    for (const FormulaId term : order) {
        next = all ? emit(formulas, term, next, no) : emit(formulas, term, yes, next);
    }
    return next;
}

}  // namespace saker::lang
