#include "outputs/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/base/escape.h"
#include "engine/rules/priority.h"

namespace saker::outputs {
namespace {

struct ToText {
    std::string operator()(Absent) const { return {}; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const std::string& value) const { return value; }
    template <class Number>
    std::string operator()(Number value) const {
        return fmt::format("{}", value);
    }
};

const rules::OutputField* find(const Alert& alert, std::string_view name) {
    const auto found = std::ranges::find(alert.fields, name, &rules::OutputField::name);
    return found == alert.fields.end() ? nullptr : &*found;
}

bool is_technique(std::string_view tag) {
    const bool has_length = tag.size() == 5 || (tag.size() == 9 && tag[5] == '.');
    return has_length && tag[0] == 'T' &&
           std::ranges::all_of(tag.substr(1), [](char c) { return c == '.' || std::isdigit(c); });
}

bool is_missing(const rules::OutputField& field) {
    const auto* scalar = std::get_if<rules::OutputScalar>(&field.value);
    return scalar != nullptr && std::holds_alternative<Absent>(*scalar);
}

}  // namespace

std::string text_of(const rules::OutputValue& value) {
    if (const auto* scalar = std::get_if<rules::OutputScalar>(&value)) {
        return std::visit(ToText{}, *scalar);
    }
    std::string all;
    for (const auto& item : std::get<std::vector<rules::OutputScalar>>(value)) {
        all += (all.empty() ? "" : " ") + std::visit(ToText{}, item);
    }
    return all;
}

std::string field_text(const Alert& alert, std::string_view name) {
    const rules::OutputField* field = find(alert, name);
    return field == nullptr ? std::string() : text_of(field->value);
}

std::optional<uint64_t> field_number(const Alert& alert, std::string_view name) {
    const rules::OutputField* field = find(alert, name);
    const auto* scalar =
        field == nullptr ? nullptr : std::get_if<rules::OutputScalar>(&field->value);
    if (scalar == nullptr) {
        return std::nullopt;
    }
    if (const auto* number = std::get_if<uint64_t>(scalar)) {
        return *number;
    }
    const auto* number = std::get_if<int64_t>(scalar);
    return number != nullptr && *number >= 0 ? std::optional(static_cast<uint64_t>(*number))
                                             : std::nullopt;
}

uint8_t severity_of(const Alert& alert) {
    const auto priority = rules::find_priority(alert.priority);
    return static_cast<uint8_t>(priority.value_or(rules::Priority::debug));
}

std::vector<std::string> techniques_of(const Alert& alert) {
    std::vector<std::string> all;
    std::ranges::copy_if(alert.tags, std::back_inserter(all), is_technique);
    return all;
}

std::vector<std::string> tactics_of(const Alert& alert) {
    static constexpr std::string_view kBeginning = "mitre_";
    std::vector<std::string> all;
    for (const std::string& tag : alert.tags) {
        if (!tag.starts_with(kBeginning)) {
            continue;
        }
        std::string name = tag.substr(kBeginning.size());
        bool begins = true;
        for (char& c : name) {
            c = c == '_' ? ' ' : begins ? static_cast<char>(std::toupper(c)) : c;
            begins = c == ' ';
        }
        all.push_back(std::move(name));
    }
    return all;
}

std::string_view shortened(std::string_view text, size_t most) {
    if (text.size() <= most) {
        return text;
    }
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) {
        --most;
    }
    return text.substr(0, most);
}

std::vector<const rules::OutputField*> present_fields(const Alert& alert) {
    std::vector<const rules::OutputField*> all;
    for (const rules::OutputField& field : alert.fields) {
        if (!is_missing(field)) {
            all.push_back(&field);
        }
    }
    const auto name = [](const rules::OutputField* field) -> const std::string& {
        return field->name;
    };
    std::ranges::stable_sort(all, {}, name);
    const auto [first, last] = std::ranges::unique(all, {}, name);
    all.erase(first, last);
    return all;
}

}  // namespace saker::outputs
