#include "engine/rules/printed.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <iterator>

namespace saker::rules {
namespace {

std::string address_text(const Address& address) {
    char text[INET6_ADDRSTRLEN] = "";
    ::inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
    return text;
}

void print_value(const Value& value, bool padded, std::string& out) {
    auto into = std::back_inserter(out);
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        out += *text;
    } else if (const auto* truth = std::get_if<bool>(&value)) {
        out += *truth ? "true" : "false";
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
        padded ? fmt::format_to(into, "{:09}", *number) : fmt::format_to(into, "{}", *number);
    } else if (const auto* size = std::get_if<uint64_t>(&value)) {
        padded ? fmt::format_to(into, "{:09}", *size) : fmt::format_to(into, "{}", *size);
    } else if (const auto* real = std::get_if<double>(&value)) {
        fmt::format_to(into, "{:.1f}", *real);
    } else if (const auto* address = std::get_if<Address>(&value)) {
        out += address_text(*address);
    } else {
        out += "<NA>";
    }
}

OutputScalar output_scalar(const Value& value, bool padded) {
    if (const auto* truth = std::get_if<bool>(&value)) {
        return *truth;
    }
    if (const auto* real = std::get_if<double>(&value)) {
        return *real;
    }
    if (!padded) {
        if (const auto* number = std::get_if<int64_t>(&value)) {
            return *number;
        }
        if (const auto* size = std::get_if<uint64_t>(&value)) {
            return *size;
        }
    }
    if (std::holds_alternative<Absent>(value)) {
        return Absent{};
    }
    std::string text;
    print_value(value, padded, text);
    return text;
}

/// A list, and the ancestors of a process, are told whole; of the names of one object the first.
bool prints_all(const lang::Operand& operand) {
    if (operand.several == lang::Several::ancestors) {
        const auto* use = std::get_if<lang::FieldUse>(&operand.node);
        return use == nullptr || !use->argument.given;
    }
    return operand.several == lang::Several::list || operand.several == lang::Several::ends;
}

}  // namespace

bool prints_padded(const lang::Operand& operand) {
    const auto* use = std::get_if<lang::FieldUse>(&operand.node);
    return use != nullptr && use->field->name.ends_with(".ns") &&
           (use->type == lang::FieldType::relative_time ||
            use->type == lang::FieldType::absolute_time);
}

void print_values(const lang::Operand& operand, std::span<const Value> values, std::string& out) {
    const bool padded = prints_padded(operand);
    if (values.empty()) {
        out += "<NA>";
    } else if (!prints_all(operand)) {
        print_value(values.front(), padded, out);
    } else {
        char before = '(';
        for (const Value& value : values) {
            out += before;
            print_value(value, padded, out);
            before = ',';
        }
        out += ')';
    }
}

OutputValue output_value(const lang::Operand& operand, std::span<const Value> values) {
    const bool padded = prints_padded(operand);
    if (values.empty()) {
        return OutputScalar{Absent{}};
    }
    if (!prints_all(operand)) {
        return output_scalar(values.front(), padded);
    }
    std::vector<OutputScalar> all;
    for (const Value& value : values) {
        all.push_back(output_scalar(value, padded));
    }
    return all;
}

}  // namespace saker::rules
