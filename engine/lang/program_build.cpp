// From conditions to a program: formulas, then what is left of them on each kind of event.
#include <algorithm>
#include <map>

#include "engine/event/event_table.h"
#include "engine/lang/program.h"

namespace saker::lang {

/// Builds one program.
class ProgramBuilder {
  public:
    explicit ProgramBuilder(std::span<const ProgramRule> rules);
    Program build();

  private:
    using Kind = Formulas::Kind;

    /// Kinds of event that no test tells apart, and what is left of each rule on them.
    struct KindsAlike {
        EventSet kinds;
        std::vector<FormulaId> left;

        EventKind any() const {
            size_t kind = 0;
            while (!kinds.test(kind)) {
                ++kind;
            }
            return static_cast<EventKind>(kind);
        }
    };

    FormulaId formula_of(const Condition& condition, bool negated);
    FormulaId formula_of(const Test& test, bool negated);
    FormulaId combine(std::span<const Condition> terms, bool negated, Kind kind);
    void collect(std::span<const Condition> terms, bool negated, Kind kind,
                 std::vector<FormulaId>& out);
    void plan_kinds();
    void want_events();
    void specialise_for(KindsAlike& alike);
    void plan_usual_versions();
    void plan_for(const KindsAlike& alike);
    uint32_t add_plan(std::vector<PlannedRule> rules);

    std::unique_ptr<PredicateTable> table_ = std::make_unique<PredicateTable>();
    Formulas formulas_;
    Code code_;
    std::vector<std::optional<KindTest>> kind_tests_;  // by predicate
    std::vector<FormulaId> usual_;  // by rule: what it is on most kinds; never if there is no such
    std::map<std::vector<std::pair<uint32_t, FormulaId>>, uint32_t> plan_by_rules_;
    ProgramParts parts_;
};

ProgramBuilder::ProgramBuilder(std::span<const ProgramRule> rules) : code_(*table_) {
    for (const ProgramRule& rule : rules) {
        parts_.rules.push_back({.condition = rule.condition,
                                .enabled = rule.enabled,
                                .formula = formula_of(*rule.condition, false),
                                .events = {},
                                .versions = {}});
    }
}

FormulaId ProgramBuilder::formula_of(const Condition& condition, bool negated) {
    if (const auto* test = std::get_if<Test>(&condition.node)) {
        return formula_of(*test, negated);
    }
    if (const auto* negation = std::get_if<Negation>(&condition.node)) {
        return formula_of(*negation->term, !negated);
    }
    if (const auto* all = std::get_if<AllOf>(&condition.node)) {
        return combine(all->terms, negated, negated ? Kind::any : Kind::all);
    }
    return combine(std::get<AnyOf>(condition.node).terms, negated, negated ? Kind::all : Kind::any);
}

FormulaId ProgramBuilder::formula_of(const Test& test, bool negated) {
    const uint32_t predicate = table_->intern(test, negated);
    if (predicate == kind_tests_.size()) {
        const Predicate& made = table_->predicates()[predicate];
        kind_tests_.push_back(KindTest::of(*made.test, made.negated));
    }
    return formulas_.leaf({predicate, !negated}, kind_tests_[predicate].has_value());
}

FormulaId ProgramBuilder::combine(std::span<const Condition> terms, bool negated, Kind kind) {
    std::vector<FormulaId> made;
    collect(terms, negated, kind, made);
    return formulas_.combine(kind, std::move(made));
}

/// Terms of terms of the same kind are gathered at once: building level by level what is one long
/// list could cost the square of its length.
void ProgramBuilder::collect(std::span<const Condition> terms, bool negated, Kind kind,
                             std::vector<FormulaId>& out) {
    for (const Condition& term : terms) {
        const Condition* inner = &term;
        bool inner_negated = negated;
        while (const auto* negation = std::get_if<Negation>(&inner->node)) {
            inner = negation->term.get();
            inner_negated = !inner_negated;
        }
        const auto* all = std::get_if<AllOf>(&inner->node);
        const auto* any = std::get_if<AnyOf>(&inner->node);
        if (all && kind == (inner_negated ? Kind::any : Kind::all)) {
            collect(all->terms, inner_negated, kind, out);
        } else if (any && kind == (inner_negated ? Kind::all : Kind::any)) {
            collect(any->terms, inner_negated, kind, out);
        } else {
            out.push_back(formula_of(*inner, inner_negated));
        }
    }
}

Program ProgramBuilder::build() {
    table_->seal();
    plan_kinds();
    std::vector<PlannedRule> all;
    for (uint32_t rule = 0; rule < parts_.rules.size(); ++rule) {
        const ProgramParts::Rule& compiled = parts_.rules[rule];
        if (compiled.enabled && compiled.formula != FormulaId::never) {
            all.push_back({.rule = rule, .formula = compiled.formula, .suspected_by = {}});
        }
    }
    parts_.plan_of_any_kind = add_plan(std::move(all));
    parts_.steps = code_.steps();
    parts_.table = std::move(table_);
    return Program(std::move(parts_));
}

/// Kinds that no test tells apart share what is done for one of them.
void ProgramBuilder::plan_kinds() {
    std::vector<const KindTest*> tests;
    for (const std::optional<KindTest>& test : kind_tests_) {
        if (test) {
            tests.push_back(&*test);
        }
    }
    std::map<std::vector<bool>, EventSet> alike;
    for (size_t kind = 0; kind < kEventKinds; ++kind) {
        std::vector<bool> answers;
        answers.reserve(tests.size());
        for (const KindTest* test : tests) {
            answers.push_back(test->truth().test(kind));
        }
        alike[answers].set(kind);
    }
    std::vector<KindsAlike> classes;
    for (const auto& [answers, kinds] : alike) {
        classes.push_back({kinds, {}});
        specialise_for(classes.back());
    }
    want_events();
    plan_usual_versions();
    for (const KindsAlike& kinds : classes) {
        plan_for(kinds);
    }
}

/// A rule that any event might match does not ask for every call of the host: those without a row
/// of their own come for the rules that name them. Nobody can mean `syscall`, which is no call's
/// name, so a rule it might match names none.
void ProgramBuilder::want_events() {
    EventSet with_row;
    for (const EventRow& row : kEventTable) {
        with_row.set(index_of(row.kind), !row.stands_for_others());
    }
    for (const ProgramParts::Rule& rule : parts_.rules) {
        const bool names_calls = !rule.events.test(index_of(event_kind("syscall")));
        if (rule.enabled) {
            parts_.wanted |= names_calls ? rule.events : rule.events & with_row;
        }
    }
}

/// Works out what is left of every rule on these kinds.
void ProgramBuilder::specialise_for(KindsAlike& alike) {
    const EventKind one = alike.any();
    std::vector<Known> known(kind_tests_.size(), Known::unknown);
    for (size_t predicate = 0; predicate < kind_tests_.size(); ++predicate) {
        if (kind_tests_[predicate]) {
            known[predicate] = kind_tests_[predicate]->on(one);
        }
    }
    std::unordered_map<FormulaId, FormulaId> memory;
    for (ProgramParts::Rule& rule : parts_.rules) {
        const FormulaId left = formulas_.specialise(rule.formula, known, memory);
        alike.left.push_back(left);
        if (left == FormulaId::never) {
            continue;
        }
        rule.events |= alike.kinds;
        auto version = std::ranges::find(rule.versions, left, &ProgramParts::Version::formula);
        if (version == rule.versions.end()) {
            rule.versions.push_back({left, code_.place(formulas_, left), alike.kinds});
        } else {
            version->events |= alike.kinds;
        }
    }
}

/// Rules that are the same on most kinds of event are planned once, not once for every kind.
void ProgramBuilder::plan_usual_versions() {
    std::vector<PlannedRule> usual;
    for (uint32_t rule = 0; rule < parts_.rules.size(); ++rule) {
        const ProgramParts::Rule& compiled = parts_.rules[rule];
        usual_.push_back(FormulaId::never);
        for (const ProgramParts::Version& version : compiled.versions) {
            if (compiled.enabled && version.events.count() > kEventKinds / 2) {
                usual_.back() = version.formula;
                usual.push_back({.rule = rule, .formula = version.formula, .suspected_by = {}});
            }
        }
    }
    parts_.usual_plan = add_plan(std::move(usual));
}

void ProgramBuilder::plan_for(const KindsAlike& alike) {
    std::vector<PlannedRule> special;
    std::vector<uint64_t> usual;
    uint32_t position = 0;
    for (uint32_t rule = 0; rule < parts_.rules.size(); ++rule) {
        const FormulaId left = alike.left[rule];
        if (usual_[rule] != FormulaId::never) {
            usual.resize(position / 64 + 1);
            usual.back() |= static_cast<uint64_t>(left == usual_[rule]) << (position % 64);
            ++position;
        }
        if (parts_.rules[rule].enabled && left != FormulaId::never && left != usual_[rule]) {
            special.push_back({.rule = rule, .formula = left, .suspected_by = {}});
        }
    }
    ProgramParts::KindPlan plan{add_plan(std::move(special)), kNowhere};
    if (std::ranges::any_of(usual, [](uint64_t bits) { return bits != 0; })) {
        plan.usual = static_cast<uint32_t>(parts_.usual_rules.size());
        parts_.usual_rules.push_back(std::move(usual));
    }
    for (size_t kind = 0; kind < kEventKinds; ++kind) {
        if (alike.kinds.test(kind)) {
            parts_.plan_of_kind[kind] = plan;
        }
    }
}

uint32_t ProgramBuilder::add_plan(std::vector<PlannedRule> rules) {
    std::vector<std::pair<uint32_t, FormulaId>> key;
    key.reserve(rules.size());
    for (const PlannedRule& rule : rules) {
        key.emplace_back(rule.rule, rule.formula);
    }
    const auto number = static_cast<uint32_t>(parts_.plans.size());
    const auto [found, is_new] = plan_by_rules_.try_emplace(std::move(key), number);
    if (is_new) {
        parts_.plans.push_back(make_plan(*table_, formulas_, code_, std::move(rules)));
    }
    return found->second;
}

Program Program::build(std::span<const ProgramRule> rules) {
    return ProgramBuilder(rules).build();
}

}  // namespace saker::lang
