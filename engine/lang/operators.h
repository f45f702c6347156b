// How fields are compared: one row an operator.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/value.h"
#include "engine/lang/field.h"

namespace saker::lang {

/// What kind of search an operator is; operators of one family on one field can share it.
enum class Family : uint8_t {
    exists,
    equal,
    unequal,
    less,
    less_equal,
    greater,
    greater_equal,
    contains,
    prefix,
    suffix,
    glob,
    regex,
    in,          // any of a list; a list field: all of its values
    intersects,  // any of a list; a list field: any of its values
    path_match,  // path prefixes by component, with wildcards
};

/// What may stand on the right of an operator.
enum class RightSide : uint8_t { nothing, number, word, list };

/// One row of the table.
struct Operator {
    std::string_view spelling;
    Family family;
    RightSide right = RightSide::word;  // what the grammar asks for
    uint16_t types = 0;                 // bits of FieldType it compares
    bool on_lists = false;              // takes fields that are lists
    bool on_fields = true;              // may have a field or transformer on the right
    bool fold_case = false;
    bool hex = false;  // the literal is spelled in hexadecimal
    std::string_view help;

    bool takes(FieldType type) const { return (types >> static_cast<unsigned>(type)) & 1U; }
};

std::span<const Operator> all_operators();

/// The row of that spelling, `==` included; null if there is none.
const Operator* find_operator(std::string_view spelling);

/// Compares two values of the same type, neither absent: for right-hand sides read per event.
bool compare(const Operator& op, const Value& left, const Value& right);

}  // namespace saker::lang
