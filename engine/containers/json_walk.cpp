#include "engine/containers/json_walk.h"

namespace saker::containers {

using nlohmann::json;

const json& below(const json& value, std::initializer_list<const char*> keys) {
    static const json nothing;
    const json* at = &value;
    for (const char* key : keys) {
        const auto found = at->is_object() ? at->find(key) : at->end();
        if (!at->is_object() || found == at->end()) {
            return nothing;
        }
        at = &*found;
    }
    return *at;
}

std::string text_below(const json& value, std::initializer_list<const char*> keys) {
    const json& found = below(value, keys);
    return found.is_string() ? found.get<std::string>() : std::string();
}

std::optional<bool> truth_below(const json& value, std::initializer_list<const char*> keys) {
    const json& found = below(value, keys);
    return found.is_boolean() ? std::optional(found.get<bool>()) : std::nullopt;
}

ContainerFacts::Labels labels_below(const json& value, std::initializer_list<const char*> keys) {
    ContainerFacts::Labels labels;
    const json& found = below(value, keys);
    if (found.is_object()) {
        for (const auto& [key, text] : found.items()) {
            if (text.is_string()) {
                labels.emplace_back(key, text.get<std::string>());
            }
        }
    }
    return labels;
}

json parse_json(std::string_view text) {
    json parsed = json::parse(text, nullptr, false);
    return parsed.is_discarded() ? json() : parsed;
}

}  // namespace saker::containers
