#include "cli/json_event.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/lang/literal.h"
#include "engine/lang/resolve.h"

namespace saker::cli {
namespace {

using lang::FieldType;

std::optional<std::string> from_hexadecimal(const std::string& digits) {
    std::string bytes;
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
        unsigned byte = 0;
        const char* begin = digits.data() + i;
        const auto [end, error] = std::from_chars(begin, begin + 2, byte, 16);
        if (error != std::errc() || end != begin + 2) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<char>(byte));
    }
    return digits.size() % 2 ? std::nullopt : std::optional(bytes);
}

/// The text a value stands for: itself, its bytes, or how JSON writes it.
std::optional<std::string> as_text(const nlohmann::json& value) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_object()) {
        const auto digits = value.find("$hex");
        return digits != value.end() && digits->is_string()
                   ? from_hexadecimal(digits->get<std::string>())
                   : std::nullopt;
    }
    return value.is_primitive() && !value.is_null() ? std::optional(value.dump()) : std::nullopt;
}

template <class Number>
Value as_number(const nlohmann::json& value) {
    if (value.is_number_unsigned()) {
        return static_cast<Number>(value.get<uint64_t>());
    }
    if (value.is_number_integer()) {
        return static_cast<Number>(value.get<int64_t>());
    }
    if (value.is_number_float()) {
        const double real = value.get<double>();
        const bool fits = real > -9.2e18 && real < 9.2e18;
        return fits ? Value(static_cast<Number>(static_cast<int64_t>(real))) : Value();
    }
    if (value.is_boolean()) {
        return static_cast<Number>(value.get<bool>() ? 1 : 0);
    }
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        Number number{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool whole = error == std::errc() && end == text.data() + text.size();
        return whole ? Value(number) : Value();
    }
    return {};
}

Value as_truth(const nlohmann::json& value) {
    if (value.is_boolean()) {
        return value.get<bool>();
    }
    if (value.is_number()) {
        return value.get<double>() != 0;
    }
    return value == "true" ? Value(true) : value == "false" ? Value(false) : Value();
}

Value as_address(const nlohmann::json& value) {
    const auto text = as_text(value);
    const auto address = text ? lang::read_address(*text) : Error{"", "", {}};
    return address ? Value(*address) : Value();
}

/// A value of an argument whose type no rule can rely on, for `exists` and for printing.
Value as_written(const nlohmann::json& value) {
    if (value.is_boolean()) {
        return value.get<bool>();
    }
    return value.is_number_float() ? Value(value.get<double>()) : as_number<int64_t>(value);
}

}  // namespace

JsonEvent::JsonEvent(const nlohmann::json& fields) {
    if (!fields.is_object()) {
        return;
    }
    for (const auto& [name, value] : fields.items()) {
        add(name, value);
    }
}

void JsonEvent::add(const std::string& name, const nlohmann::json& value) {
    size_t length = 0;
    const auto term = lang::parse_term(name, length);
    const auto* field = term ? std::get_if<lang::FieldName>(&term->node) : nullptr;
    if (!field || length != name.size()) {
        return;
    }
    std::vector<lang::Mistake> ignored;
    const auto use = lang::resolve_field(*field, ignored);
    if (!use) {
        return;
    }
    std::vector<Value> values;
    const auto add_one = [&](const nlohmann::json& item) {
        const Value converted = convert(use->type, item);
        if (!std::holds_alternative<Absent>(converted)) {
            values.push_back(converted);
        }
    };
    if (value.is_array()) {
        for (const auto& item : value) {
            add_one(item);
        }
    } else {
        add_one(value);
    }
    values_[use->key] = std::move(values);
}

Value JsonEvent::keep(std::string text) {
    return std::string_view(texts_.emplace_back(std::move(text)));
}

Value JsonEvent::convert(FieldType type, const nlohmann::json& value) {
    switch (type) {
        case FieldType::signed_number:
            return as_number<int64_t>(value);
        case FieldType::unsigned_number:
        case FieldType::port:
        case FieldType::relative_time:
        case FieldType::absolute_time:
            return as_number<uint64_t>(value);
        case FieldType::real:
            return value.is_number() ? Value(value.get<double>()) : Value();
        case FieldType::boolean:
            return as_truth(value);
        case FieldType::address:
        case FieldType::network:
            return as_address(value);
        case FieldType::dynamic:
            if (value.is_boolean() || value.is_number()) {
                return as_written(value);
            }
            break;
        default:
            break;
    }
    auto text = as_text(value);
    return text ? keep(std::move(*text)) : Value();
}

void JsonEvent::read(const lang::FieldUse& use, lang::Values& out) {
    const auto found = values_.find(use.key);
    if (found == values_.end()) {
        return;
    }
    for (const Value& value : found->second) {
        out.add(value);
    }
}

}  // namespace saker::cli
