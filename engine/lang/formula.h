// Conditions as formulas over numbered predicates: negation at the leaves, equal parts stored once.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace saker::lang {

/// A predicate that must be true, or must be false.
struct Leaf {
    uint32_t predicate = 0;
    bool wanted = true;

    friend bool operator==(const Leaf&, const Leaf&) = default;
};

/// Handle of a formula in the pool that made it: equal handles mean equal formulas.
enum class FormulaId : uint32_t { never, always };

/// What is known of a predicate before an event is seen.
enum class Known : uint8_t { no, yes, unknown };

/// The pool. Formulas are made bottom up and simplified as they are made.
class Formulas {
  public:
    enum class Kind : uint8_t { never, always, leaf, all, any };

    Formulas();

    /// `by_kind`: the predicate may be known once the kind of the event is. The first call for a
    /// predicate decides.
    FormulaId leaf(Leaf leaf, bool by_kind);

    /// True when all (any) of `terms` are; empty is always (never) true.
    FormulaId combine(Kind all_or_any, std::vector<FormulaId> terms);

    /// `formula` with what the kind of an event says put in. Gives the formula back unchanged once
    /// the pool has grown out of proportion: that is as true, only slower.
    FormulaId specialise(FormulaId formula, std::span<const Known> known,
                         std::unordered_map<FormulaId, FormulaId>& memory);

    Kind kind(FormulaId formula) const { return nodes_[at(formula)].kind; }
    Leaf leaf_of(FormulaId formula) const { return nodes_[at(formula)].leaf; }
    std::span<const FormulaId> terms(FormulaId formula) const {
        const Node& node = nodes_[at(formula)];
        return std::span(terms_).subspan(node.first, node.count);
    }

  private:
    struct Node {
        Kind kind = Kind::never;
        Leaf leaf;
        uint32_t first = 0;
        uint32_t count = 0;
        bool by_kind = false;  // holds a leaf that is
    };

    static size_t at(FormulaId formula) { return static_cast<size_t>(formula); }
    void splice(Kind kind, std::vector<FormulaId>& terms) const;
    bool has_opposites(const std::vector<FormulaId>& sorted) const;
    FormulaId intern(Kind kind, std::span<const FormulaId> terms);

    std::vector<Node> nodes_;
    std::vector<FormulaId> terms_;
    std::unordered_multimap<uint64_t, FormulaId> by_hash_;
    std::vector<FormulaId> leaves_;  // by predicate: it is wanted; the next formula: it is not
};

}  // namespace saker::lang
