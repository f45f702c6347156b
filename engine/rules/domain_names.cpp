#include "engine/rules/domain_names.h"

#include <set>

#include "engine/rules/field_uses.h"

namespace saker::rules {
namespace {

bool holds_domain_name(const lang::Operand& operand) {
    const auto* use = std::get_if<lang::FieldUse>(&operand.node);
    return use && use->field && use->field->name.starts_with("fd.") &&
           use->field->name.ends_with("ip.name");
}

bool compares_whole(lang::Family family) {
    return family == lang::Family::equal || family == lang::Family::unequal ||
           family == lang::Family::in || family == lang::Family::intersects;
}

}  // namespace

std::vector<std::string> domain_names(const RuleSet& rules) {
    std::set<std::string> names;
    for (uint32_t index = 0; index < rules.rules().size(); ++index) {
        const Rule& rule = rules.rule_of(index);
        if (!rule.enabled) {
            continue;
        }
        each_test(*rule.test, [&](const lang::Test& test) {
            if (holds_domain_name(test.left) && compares_whole(test.op->family) &&
                test.has_literals()) {
                for (const lang::Literal& literal : test.literals()) {
                    names.insert(literal.bytes);
                }
            }
        });
    }
    names.erase("");
    return {names.begin(), names.end()};
}

}  // namespace saker::rules
