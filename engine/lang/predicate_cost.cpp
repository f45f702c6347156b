// The guesses, in two tables.
#include "engine/lang/predicate_cost.h"

#include <algorithm>

namespace saker::lang {

namespace {

double cost_of_inputs(std::span<const Operand> inputs) {
    double cost = 0;
    for (const Operand& input : inputs) {
        cost += cost_of_reading(input);
    }
    return cost;
}

double cost_of_comparing(const Test& test) {
    switch (test.op->family) {
        case Family::exists:
            return 1;
        case Family::glob:
            return 60;
        case Family::regex:
            return 300;
        case Family::path_match:
            return 60;
        case Family::contains:
            return 40;
        default:
            return 10;
    }
}

/// How often one literal of the family is what the value has.
double chance_of_one(const Test& test) {
    const bool text = test.left.type == FieldType::text || test.left.type == FieldType::path;
    switch (test.op->family) {
        case Family::exists:
            return 0.95;
        case Family::equal:
        case Family::in:
        case Family::intersects:
            return test.left.type == FieldType::boolean ? 0.4 : text ? 0.01 : 0.05;
        case Family::unequal:
            return 0.9;
        case Family::less:
        case Family::less_equal:
        case Family::greater:
        case Family::greater_equal:
            return 0.5;
        default:
            return 0.03;
    }
}

}  // namespace

double cost_of_reading(const Operand& operand) {
    if (const auto* use = std::get_if<std::unique_ptr<TransformUse>>(&operand.node)) {
        return 40 + cost_of_inputs((*use)->inputs);
    }
    if (const auto* list = std::get_if<std::vector<Operand>>(&operand.node)) {
        return cost_of_inputs(*list);
    }
    if (!std::holds_alternative<FieldUse>(operand.node)) {
        return 0;
    }
    const bool whole = operand.type != FieldType::text && operand.type != FieldType::path;
    const double cost = whole ? 6 : 12;
    return operand.several == Several::ancestors ? cost * 6 : cost;
}

double cost_of_searching(Search search) {
    switch (search) {
        case Search::number_equal:
            return 5;
        case Search::text_equal:
            return 12;
        case Search::begin:
        case Search::end:
            return 8;
        case Search::inside:
            return 50;
        case Search::inside_folded:
            return 80;
    }
    return 0;
}

Estimate estimate(const PredicateTable& table, const Predicate& predicate) {
    const Test& test = *predicate.test;
    double cost = cost_of_reading(test.left);
    cost += predicate.right_slot == kNowhere ? 0 : cost_of_reading(test.right);
    cost += predicate.group == kNowhere ? cost_of_comparing(test)
                                        : cost_of_searching(table.groups()[predicate.group].search);
    const double one = chance_of_one(test);
    const size_t count = test.has_literals() ? test.literals().size() : 1;
    const bool negative = test.op->family == Family::unequal;
    const double chance = negative ? one : std::min(0.6, one * static_cast<double>(count));
    return {cost, chance};
}

}  // namespace saker::lang
