// How the values of a field look in a message and in `output_fields`.
#pragma once

#include <span>
#include <string>

#include "engine/lang/condition.h"
#include "engine/rules/template.h"

namespace saker::rules {

/// Nine digits with leading zeros: the part of a time below the second.
bool prints_padded(const lang::Operand& operand);

/// Appends the values as a message shows them: `<NA>` for none, `(a,b)` for a list.
void print_values(const lang::Operand& operand, std::span<const Value> values, std::string& out);

/// The same values as `output_fields` hold them.
OutputValue output_value(const lang::Operand& operand, std::span<const Value> values);

}  // namespace saker::rules
