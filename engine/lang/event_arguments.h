// The arguments of events: `evt.arg.path`, `evt.rawarg.res`.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/lang/field.h"

namespace saker::lang {

/// What `evt.rawarg.name` holds: the type in the first event that has such an argument. `dynamic`
/// for what cannot be compared; nothing when no event has it.
std::optional<FieldType> event_argument_type(std::string_view name);

/// Where each event, by its id, has the member of that name: null where it has none. Lives for
/// ever; null when no event has it.
const Member* const* member_column(std::string_view name);

/// Every name there is, for hints.
std::vector<std::string_view> event_argument_names();

}  // namespace saker::lang
