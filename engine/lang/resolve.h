// From names as written to fields, transformers and their types.
#pragma once

#include <optional>
#include <vector>

#include "engine/lang/condition.h"

namespace saker::lang {

/// Where an operand stands; each place has fields it does not take.
enum class Place : uint8_t { left, right, inside_call, printed };

/// The field, with its argument read and its type known; nothing after noting why not.
std::optional<FieldUse> resolve_field(const FieldName& name, std::vector<Mistake>& mistakes);

/// The same for anything that yields values. Words become texts.
std::optional<Operand> resolve_operand(const Term& term, Place place,
                                       std::vector<Mistake>& mistakes);

/// What people call values of that type.
std::string_view name_of(FieldType type);

Mistake mistake(std::string message, std::string hint, Span span);
Mistake doubt(std::string message, std::string hint, Span span);

}  // namespace saker::lang
