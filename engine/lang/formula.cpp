// Making formulas: simplified, and each once.
#include "engine/lang/formula.h"

#include <algorithm>

#include "engine/lang/literal_set.h"

namespace saker::lang {

namespace {

/// Longer lists of terms are left where they are: copying them up level by level could cost the
/// square of the condition.
constexpr size_t kMostSpliced = 64;

/// Nodes and terms above which nothing is specialised any more: far more than an honest rule set
/// has.
constexpr size_t kMostSpecialised = 4'000'000;

}  // namespace

Formulas::Formulas() {
    nodes_.resize(2);
    nodes_[at(FormulaId::always)].kind = Kind::always;
}

FormulaId Formulas::intern(Kind kind, std::span<const FormulaId> terms) {
    uint64_t hash = static_cast<uint64_t>(kind);
    for (const FormulaId term : terms) {
        hash = hash_number(hash ^ static_cast<uint64_t>(term));
    }
    const auto [begin, end] = by_hash_.equal_range(hash);
    for (auto found = begin; found != end; ++found) {
        const Node& node = nodes_[at(found->second)];
        if (node.kind == kind && std::ranges::equal(this->terms(found->second), terms)) {
            return found->second;
        }
    }
    const auto made = static_cast<FormulaId>(nodes_.size());
    const auto first = static_cast<uint32_t>(terms_.size());
    terms_.insert(terms_.end(), terms.begin(), terms.end());
    const bool by_kind =
        std::ranges::any_of(terms, [&](FormulaId term) { return nodes_[at(term)].by_kind; });
    nodes_.push_back({kind, {}, first, static_cast<uint32_t>(terms.size()), by_kind});
    by_hash_.emplace(hash, made);
    return made;
}

FormulaId Formulas::leaf(Leaf leaf, bool by_kind) {
    while (leaves_.size() <= leaf.predicate) {
        const auto predicate = static_cast<uint32_t>(leaves_.size());
        leaves_.push_back(static_cast<FormulaId>(nodes_.size()));
        nodes_.push_back({Kind::leaf, {predicate, true}, 0, 0, by_kind});
        nodes_.push_back({Kind::leaf, {predicate, false}, 0, 0, by_kind});
    }
    return static_cast<FormulaId>(at(leaves_[leaf.predicate]) + (leaf.wanted ? 0 : 1));
}

/// Replaces terms of the same kind by their own terms: `a and (b and c)` is `a and b and c`.
void Formulas::splice(Kind kind, std::vector<FormulaId>& terms) const {
    const size_t count = terms.size();
    for (size_t i = 0; i < count; ++i) {
        const FormulaId term = terms[i];
        if (this->kind(term) != kind || this->terms(term).size() > kMostSpliced) {
            continue;
        }
        const auto inner = this->terms(term);
        terms[i] = inner.front();
        terms.insert(terms.end(), inner.begin() + 1, inner.end());
    }
}

/// A leaf and its opposite are neighbours in the pool, and so in sorted terms.
bool Formulas::has_opposites(const std::vector<FormulaId>& sorted) const {
    for (size_t i = 0; i + 1 < sorted.size(); ++i) {
        if (at(sorted[i]) + 1 == at(sorted[i + 1]) && kind(sorted[i]) == Kind::leaf &&
            kind(sorted[i + 1]) == Kind::leaf &&
            leaf_of(sorted[i]).predicate == leaf_of(sorted[i + 1]).predicate) {
            return true;
        }
    }
    return false;
}

FormulaId Formulas::combine(Kind kind, std::vector<FormulaId> terms) {
    const FormulaId neutral = kind == Kind::all ? FormulaId::always : FormulaId::never;
    const FormulaId deciding = kind == Kind::all ? FormulaId::never : FormulaId::always;
    splice(kind, terms);
    std::ranges::sort(terms);
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
    std::erase(terms, neutral);
    if (std::ranges::find(terms, deciding) != terms.end() || has_opposites(terms)) {
        return deciding;
    }
    if (terms.empty()) {
        return neutral;
    }
    if (terms.size() == 1) {
        return terms.front();
    }
    return intern(kind, terms);
}

FormulaId Formulas::specialise(FormulaId formula, std::span<const Known> known,
                               std::unordered_map<FormulaId, FormulaId>& memory) {
    if (!nodes_[at(formula)].by_kind) {
        return formula;
    }
    const Kind kind = this->kind(formula);
    if (kind == Kind::leaf) {
        const Leaf leaf = leaf_of(formula);
        if (known[leaf.predicate] == Known::unknown) {
            return formula;
        }
        const bool is = known[leaf.predicate] == Known::yes;
        return is == leaf.wanted ? FormulaId::always : FormulaId::never;
    }
    if (nodes_.size() + terms_.size() > kMostSpecialised) {
        return formula;
    }
    const auto found = memory.find(formula);
    if (found != memory.end()) {
        return found->second;
    }
    const std::vector<FormulaId> before(terms(formula).begin(), terms(formula).end());
    std::vector<FormulaId> after;
    after.reserve(before.size());
    const FormulaId deciding = kind == Kind::all ? FormulaId::never : FormulaId::always;
    for (const FormulaId term : before) {
        after.push_back(specialise(term, known, memory));
        if (after.back() == deciding) {
            break;
        }
    }
    const FormulaId made = after == before ? formula : combine(kind, std::move(after));
    memory.emplace(formula, made);
    return made;
}

}  // namespace saker::lang
