// All the conditions of a rule set as one program: what is common to them is decided once an event.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/event/event_kind.h"
#include "engine/lang/condition.h"
#include "engine/lang/event_set.h"
#include "engine/lang/match_state.h"
#include "engine/lang/plan.h"

namespace saker::lang {

/// A rule as the program wants it; its index in the list names it from then on.
struct ProgramRule {
    const Condition* condition = nullptr;
    bool enabled = true;
};

/// One test of a rule as compiled, for people.
struct ExplainedTest {
    std::string text;
    uint32_t predicate = 0;     // equal numbers are decided once for all rules
    uint32_t if_true = kMatch;  // an index in the list of tests, kMatch or kNoMatch
    uint32_t if_false = kNoMatch;
    size_t searched_with = 0;  // literals looked for in the same pass; 0: tested on its own
    std::vector<uint32_t> shared_with;  // other rules that ask the same
};

/// How a rule is judged on some kinds of event. What the kind alone decides is gone from the tests.
struct ExplainedRule {
    EventSet events;
    std::vector<std::string> waits_for;  // the tests are run only when one of these holds; empty:
                                         // always
    std::vector<ExplainedTest> tests;    // in the order they are tried; empty: matches at once
};

/// What building makes and matching reads.
struct ProgramParts {
    struct Version {
        FormulaId formula = FormulaId::never;
        uint32_t place = kNoMatch;
        EventSet events;
    };
    struct Rule {
        const Condition* condition = nullptr;
        bool enabled = true;
        FormulaId formula = FormulaId::never;
        EventSet events;
        std::vector<Version> versions;  // by what the kind of the event leaves of the formula
    };

    struct KindPlan {
        uint32_t plan = 0;
        uint32_t usual = kNowhere;  // which rules of the usual plan to judge too
    };

    std::unique_ptr<PredicateTable> table;
    std::vector<Rule> rules;
    std::vector<Step> steps;
    std::vector<Plan> plans;
    std::array<KindPlan, kEventKinds> plan_of_kind{};
    uint32_t plan_of_any_kind = 0;
    uint32_t usual_plan = 0;                         // of rules that are the same on most kinds
    std::vector<std::vector<uint64_t>> usual_rules;  // which of them are: bits by place in the plan
    EventSet wanted;
};

/// Immutable; any number of threads may match with a state each. Borrows the conditions.
class Program {
  public:
    static Program build(std::span<const ProgramRule> rules);

    explicit Program(ProgramParts parts) : parts_(std::move(parts)) {}

    /// Adds the indices of all enabled rules that match, ascending.
    void match(EventKind kind, FieldReader& reader, MatchState& state,
               std::vector<uint32_t>& matches) const;

    /// The first enabled rule that matches.
    std::optional<uint32_t> match_first(EventKind kind, FieldReader& reader,
                                        MatchState& state) const;

    /// As `match`, for events whose `evt.type` is known to the reader only, if at all.
    void match_any_kind(FieldReader& reader, MatchState& state,
                        std::vector<uint32_t>& matches) const;

    /// A state must be made from the program it is used with, and not outlive it.
    MatchState new_state() const { return MatchState(*parts_.table); }

    /// The kinds of event a rule can match, enabled or not.
    const EventSet& events_of(uint32_t rule) const { return parts_.rules[rule].events; }

    /// The kinds some enabled rule can match: no other event need leave the kernel.
    const EventSet& wanted_events() const { return parts_.wanted; }

    /// The fields a rule's condition reads, as written, sorted.
    std::vector<std::string> fields_of(uint32_t rule) const;

    /// The rule as compiled, one entry for each way it is judged.
    std::vector<ExplainedRule> explain(uint32_t rule) const;

    /// How many different tests all rules have together.
    size_t predicate_count() const { return parts_.table->predicates().size(); }

  private:
    template <class OnMatch>
    void run(const Plan& plan, const uint64_t* among, MatchState& state, OnMatch on_match) const;
    template <class OnMatch>
    void run_kind(EventKind kind, FieldReader& reader, MatchState& state, OnMatch on_match) const;

    ProgramParts parts_;
};

}  // namespace saker::lang
