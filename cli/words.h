// What commands call the types of fields and members, and sets of events.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event_table.h"
#include "engine/lang/event_set.h"
#include "engine/lang/field.h"

namespace saker::cli {

std::string_view name_of(lang::FieldType type);
std::string_view name_of(MemberType type);

/// The names of the events of a set, sorted.
std::vector<std::string> event_names(const lang::EventSet& events);

std::string joined(const std::vector<std::string>& words, std::string_view between);

/// The first words of a long list, and how many there are.
std::string shortened(const std::vector<std::string>& words);

}  // namespace saker::cli
