// The guesses, in two tables.
#include "engine/lang/predicate_cost.h"

#include <algorithm>
#include <array>
#include <string_view>

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
            return 100;
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

/// Fields with few values: one of them is no news.
constexpr auto kCategories = std::to_array<std::string_view>(
    {"container.id", "evt.category", "evt.res", "evt.rawres", "fd.l4proto", "fd.num", "fd.type",
     "fd.typechar", "group.name", "proc.tty", "thread.cap_effective", "thread.cap_permitted",
     "user.loginuid", "user.name", "user.uid"});

bool is_category(const Operand& operand) {
    const auto* use = std::get_if<FieldUse>(&operand.node);
    return use && std::ranges::find(kCategories, use->field->name) != kCategories.end();
}

/// How often a text begins with, ends with or holds another, by the other's length.
double chance_of_part(size_t length) {
    return length <= 1 ? 0.7 : length <= 2 ? 0.2 : length <= 5 ? 0.1 : length <= 8 ? 0.03 : 0.01;
}

double chance_of_literal(const Test& test, const Literal& literal) {
    switch (test.op->family) {
        case Family::contains:
        case Family::prefix:
        case Family::suffix:
            return chance_of_part(literal.bytes.size());
        case Family::equal:
        case Family::in:
        case Family::intersects:
            return test.left.type == FieldType::boolean ? 0.4 : 0.01;
        default:
            return 0.05;
    }
}

/// Most acts succeed. Every rule on execve that says nothing of results asks this.
bool asks_for_failure(const Test& test) {
    const auto* use = std::get_if<FieldUse>(&test.left.node);
    return use && use->field->name == "evt.failed" && test.key.ends_with("= true");
}

double chance_of(const Test& test) {
    if (asks_for_failure(test)) {
        return 0.02;
    }
    switch (test.op->family) {
        case Family::exists:
            return 0.95;
        case Family::unequal:
            return is_category(test.left) ? 0.5 : 0.95;
        case Family::less:
        case Family::less_equal:
        case Family::greater:
        case Family::greater_equal:
            return 0.5;
        default:
            break;
    }
    if (is_category(test.left)) {
        return 0.5;
    }
    if (!test.has_literals()) {
        return 0.1;
    }
    double chance = 0;
    for (const Literal& literal : test.literals()) {
        chance += chance_of_literal(test, literal);
    }
    return std::min(0.6, chance);
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
            return 30;
        case Search::inside_folded:
            return 60;
    }
    return 0;
}

Estimate estimate(const PredicateTable& table, const Predicate& predicate) {
    const Test& test = *predicate.test;
    double cost = cost_of_reading(test.left);
    cost += predicate.right_slot == kNowhere ? 0 : cost_of_reading(test.right);
    cost += predicate.group == kNowhere ? cost_of_comparing(test)
                                        : cost_of_searching(table.groups()[predicate.group].search);
    return {cost, chance_of(test)};
}

}  // namespace saker::lang
