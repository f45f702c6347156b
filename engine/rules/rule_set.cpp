#include "engine/rules/rule_set.h"

#include <algorithm>

namespace saker::rules {
namespace {

lang::Program program_of(const std::vector<Rule>& rules) {
    std::vector<lang::ProgramRule> tests;
    tests.reserve(rules.size());
    for (const Rule& rule : rules) {
        tests.push_back({rule.test.get(), rule.enabled});
    }
    return lang::Program::build(tests);
}

}  // namespace

RuleSet::RuleSet(std::vector<Rule> rules)
    : rules_(std::move(rules)), program_(program_of(rules_)) {}

const Rule* RuleSet::find(std::string_view name) const {
    const auto found = std::ranges::find(rules_, name, &Rule::name);
    return found == rules_.end() ? nullptr : &*found;
}

}  // namespace saker::rules
