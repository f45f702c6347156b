// The program in words: what `saker explain` and `saker list rules` show.
#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "engine/lang/program.h"

namespace saker::lang {

namespace {

void add_fields(const Operand& operand, std::set<std::string>& fields) {
    if (const auto* use = std::get_if<FieldUse>(&operand.node)) {
        fields.insert(use->key);
    } else if (const auto* call = std::get_if<std::unique_ptr<TransformUse>>(&operand.node)) {
        for (const Operand& input : (*call)->inputs) {
            add_fields(input, fields);
        }
    } else if (const auto* list = std::get_if<std::vector<Operand>>(&operand.node)) {
        for (const Operand& input : *list) {
            add_fields(input, fields);
        }
    }
}

void add_fields(const Condition& condition, std::set<std::string>& fields) {
    if (const auto* test = std::get_if<Test>(&condition.node)) {
        add_fields(test->left, fields);
        if (test->op->family != Family::exists) {
            add_fields(test->right, fields);
        }
    } else if (const auto* negation = std::get_if<Negation>(&condition.node)) {
        add_fields(*negation->term, fields);
    } else {
        const auto* all = std::get_if<AllOf>(&condition.node);
        for (const Condition& term : all ? all->terms : std::get<AnyOf>(condition.node).terms) {
            add_fields(term, fields);
        }
    }
}

std::string text_of(const Predicate& predicate) {
    return predicate.test->key + (predicate.negated ? " (every name)" : "");
}

/// The steps that can be reached from `place`, in the order they are tried.
std::vector<uint32_t> reachable(const std::vector<Step>& steps, uint32_t place) {
    std::set<uint32_t, std::greater<>> places;
    std::vector<uint32_t> todo{place};
    while (!todo.empty()) {
        const uint32_t next = todo.back();
        todo.pop_back();
        if (next < kNoMatch && places.insert(next).second) {
            todo.push_back(steps[next].if_true);
            todo.push_back(steps[next].if_false);
        }
    }
    // Code is lowered last to first, so the earlier of two steps has the higher place.
    return {places.begin(), places.end()};
}

/// Which enabled rules ask each predicate.
std::map<uint32_t, std::set<uint32_t>> askers(const ProgramParts& parts,
                                              const std::vector<Step>& steps) {
    std::map<uint32_t, std::set<uint32_t>> found;
    std::set<std::pair<uint32_t, uint32_t>> seen;
    for (const Plan& plan : parts.plans) {
        for (const PlannedRule& rule : plan.rules) {
            if (!seen.emplace(rule.rule, rule.place).second) {
                continue;
            }
            for (const uint32_t place : reachable(steps, rule.place)) {
                found[steps[place].predicate].insert(rule.rule);
            }
        }
    }
    return found;
}

/// What has to hold before the rule's tests are run; a disabled rule is in no plan.
std::vector<std::string> waits_for(const ProgramParts& parts, uint32_t rule, FormulaId formula) {
    std::vector<std::string> made;
    for (const Plan& plan : parts.plans) {
        const auto planned = std::ranges::find_if(plan.rules, [&](const PlannedRule& one) {
            return one.rule == rule && one.formula == formula;
        });
        if (planned == plan.rules.end()) {
            continue;
        }
        for (const Leaf leaf : planned->suspected_by) {
            const Predicate& predicate = parts.table->predicates()[leaf.predicate];
            made.push_back((leaf.wanted ? "" : "not ") + text_of(predicate));
        }
        break;
    }
    return made;
}

ExplainedRule explain_version(const ProgramParts& parts, uint32_t rule,
                              const ProgramParts::Version& version,
                              const std::map<uint32_t, std::set<uint32_t>>& asked_by) {
    ExplainedRule made{.events = version.events,
                       .waits_for = waits_for(parts, rule, version.formula),
                       .tests = {}};
    const auto predicates = parts.table->predicates();
    const std::vector<uint32_t> places = reachable(parts.steps, version.place);
    const auto renumber = [&](uint32_t place) {
        const auto found = std::ranges::find(places, place);
        return found == places.end() ? place : static_cast<uint32_t>(found - places.begin());
    };
    for (const uint32_t place : places) {
        const Step& step = parts.steps[place];
        const Predicate& predicate = predicates[step.predicate];
        ExplainedTest test{.text = text_of(predicate),
                           .predicate = step.predicate,
                           .if_true = renumber(step.if_true),
                           .if_false = renumber(step.if_false),
                           .searched_with = 0,
                           .shared_with = {}};
        if (predicate.group != kNowhere) {
            test.searched_with = parts.table->groups()[predicate.group].literals;
        }
        const auto askers = asked_by.find(step.predicate);
        if (askers != asked_by.end()) {
            std::ranges::remove_copy(askers->second, std::back_inserter(test.shared_with), rule);
        }
        made.tests.push_back(std::move(test));
    }
    return made;
}

}  // namespace

std::vector<std::string> Program::fields_of(uint32_t rule) const {
    std::set<std::string> fields;
    add_fields(*parts_.rules[rule].condition, fields);
    return {fields.begin(), fields.end()};
}

std::vector<ExplainedRule> Program::explain(uint32_t rule) const {
    const auto asked_by = askers(parts_, parts_.steps);
    std::vector<ExplainedRule> made;
    for (const ProgramParts::Version& version : parts_.rules[rule].versions) {
        made.push_back(explain_version(parts_, rule, version, asked_by));
    }
    return made;
}

}  // namespace saker::lang
