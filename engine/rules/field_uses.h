// Which fields a condition reads.
#pragma once

#include "engine/lang/condition.h"

namespace saker::rules {

/// Calls `visit` with every field an operand reads.
template <class Visit>
void each_field(const lang::Operand& operand, Visit&& visit) {
    if (const auto* use = std::get_if<lang::FieldUse>(&operand.node)) {
        if (use->field != nullptr) {  // null: the right side of `exists`
            visit(*use);
        }
    } else if (const auto* call = std::get_if<std::unique_ptr<lang::TransformUse>>(&operand.node)) {
        for (const lang::Operand& input : (*call)->inputs) {
            each_field(input, visit);
        }
    } else if (const auto* items = std::get_if<std::vector<lang::Operand>>(&operand.node)) {
        for (const lang::Operand& item : *items) {
            each_field(item, visit);
        }
    }
}

/// Calls `visit` with every test of a condition.
template <class Visit>
void each_test(const lang::Condition& condition, Visit&& visit) {
    if (const auto* test = std::get_if<lang::Test>(&condition.node)) {
        visit(*test);
    } else if (const auto* negation = std::get_if<lang::Negation>(&condition.node)) {
        each_test(*negation->term, visit);
    } else {
        const auto* all = std::get_if<lang::AllOf>(&condition.node);
        const auto& terms =
            all != nullptr ? all->terms : std::get<lang::AnyOf>(condition.node).terms;
        for (const lang::Condition& term : terms) {
            each_test(term, visit);
        }
    }
}

/// Calls `visit` with every field of a condition.
template <class Visit>
void each_field(const lang::Condition& condition, Visit&& visit) {
    each_test(condition, [&](const lang::Test& test) {
        each_field(test.left, visit);
        each_field(test.right, visit);
    });
}

}  // namespace saker::rules
