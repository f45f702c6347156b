// A constant of a condition, read once in the type it is compared as.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "engine/lang/field.h"

namespace saker::lang {

struct Operator;

/// A literal; owns its text, and may be moved.
struct Literal {
    std::string text;         // as written, escapes resolved
    std::string bytes;        // what a text or bytes field is compared with: hex already decoded
    Value other;              // number, truth or address; Absent for text and bytes
    uint8_t prefix_bits = 0;  // of a network

    /// Views `bytes`: lives as long as this literal and until it is moved.
    Value value() const {
        return std::holds_alternative<Absent>(other) ? Value(std::string_view(bytes)) : other;
    }
};

/// Reads `text` as the right-hand side `op` wants against a field of `type`, a number of which has
/// so many bits.
Result<Literal> read_literal(const Operator& op, FieldType type, std::string_view text,
                             unsigned bits = 64);

/// Reads an IPv4 or IPv6 address; an IPv4-mapped one becomes IPv4.
Result<Address> read_address(std::string_view text);

}  // namespace saker::lang
