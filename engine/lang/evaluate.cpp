// Reading operands and judging tests, value by value.
#include <algorithm>

#include "engine/lang/condition.h"
#include "engine/lang/transformers.h"

namespace saker::lang {
namespace {

bool counted(Modifier modifier, size_t hits, size_t of) {
    switch (modifier) {
        case Modifier::one_of:
            return hits == 1;
        case Modifier::any_of:
            return hits > 0;
        case Modifier::all_of:
            return of > 0 && hits == of;
        case Modifier::none:
            break;
    }
    return hits > 0;
}

/// Applies `hits` to every prepared right-hand side and weighs the answers by the modifier.
template <class Hits>
bool weigh(const Test& test, Hits hits) {
    const auto count = static_cast<size_t>(std::ranges::count_if(
        test.matchers, [&](const std::unique_ptr<Matcher>& matcher) { return hits(*matcher); }));
    return counted(test.modifier, count, test.matchers.size());
}

bool one_holds(const Test& test, bool negated, const Value& left, std::span<const Value> right) {
    if (test.has_literals()) {
        return weigh(test, [&](const Matcher& matcher) { return matcher.matches(left); });
    }
    const auto hit = [&](const Value& value) { return compare(*test.op, left, value); };
    return negated && test.right.several == Several::names ? std::ranges::all_of(right, hit)
                                                           : std::ranges::any_of(right, hit);
}

/// Client and server together: one of them must satisfy, but to differ both must.
bool ends_hold(const Test& test, std::span<const Value> left) {
    return weigh(test, [&](const Matcher& matcher) {
        const auto hit = [&](const Value& value) { return matcher.matches(value); };
        return test.op->family == Family::unequal ? std::ranges::all_of(left, hit)
                                                  : std::ranges::any_of(left, hit);
    });
}

}  // namespace

void evaluate(const Operand& operand, FieldReader& reader, Values& out) {
    if (const auto* field = std::get_if<FieldUse>(&operand.node)) {
        reader.read(*field, out);
    } else if (const auto* literals = std::get_if<std::vector<Literal>>(&operand.node)) {
        for (const Literal& literal : *literals) {
            out.add(literal.value());
        }
    } else if (const auto* use = std::get_if<std::unique_ptr<TransformUse>>(&operand.node)) {
        (*use)->transformer->apply(**use, reader, out);
    } else {
        const size_t begin = out.size();
        for (const Operand& item : std::get<std::vector<Operand>>(operand.node)) {
            const size_t before = out.size();
            evaluate(item, reader, out);
            if (out.size() == before) {  // a list with a hole is no list
                out.shorten(begin);
                return;
            }
        }
    }
}

bool holds(const Test& test, bool negated, std::span<const Value> left,
           std::span<const Value> right) {
    if (left.empty()) {
        return false;
    }
    if (test.op->family == Family::exists) {
        return true;
    }
    if (!test.has_literals() && right.empty()) {
        return false;
    }
    const auto hit = [&](const Value& value) { return one_holds(test, negated, value, right); };
    switch (test.left.several) {
        case Several::ends:
            return ends_hold(test, left);
        case Several::list:
            return test.op->family == Family::in ? std::ranges::all_of(left, hit)
                                                 : std::ranges::any_of(left, hit);
        case Several::names:
            return negated ? std::ranges::all_of(left, hit) : std::ranges::any_of(left, hit);
        default:
            return std::ranges::any_of(left, hit);
    }
}

}  // namespace saker::lang
