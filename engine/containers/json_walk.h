// Reading JSON that others wrote: whatever is missing or of another type is absent, never an error.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/state/container_facts.h"

namespace saker::containers {

/// What lies below these keys; null when there is nothing.
const nlohmann::json& below(const nlohmann::json& value, std::initializer_list<const char*> keys);

std::string text_below(const nlohmann::json& value, std::initializer_list<const char*> keys);
std::optional<bool> truth_below(const nlohmann::json& value,
                                std::initializer_list<const char*> keys);

/// A map from text to text.
ContainerFacts::Labels labels_below(const nlohmann::json& value,
                                    std::initializer_list<const char*> keys);

/// The document in the text; null when it is none.
nlohmann::json parse_json(std::string_view text);

}  // namespace saker::containers
