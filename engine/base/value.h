// What a field can yield: nothing, or a number, truth, text, bytes or address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>
#include <variant>

namespace saker {

/// An IPv4 or IPv6 address, bytes in network order. An IPv4-mapped IPv6 address is stored as IPv4.
struct Address {
    std::array<uint8_t, 16> bytes{};
    bool is_v6 = false;

    friend bool operator==(const Address&, const Address&) = default;
};

/// Absent is a value of its own: every comparison with it is false.
struct Absent {
    friend bool operator==(Absent, Absent) = default;
};

/// One value of a field. Text and bytes are loans: they live as long as the event, the state or the
/// scratch they were read from. Unsigned fields use uint64_t, signed ones int64_t; the field's type
/// in the catalogue, not the alternative held, says how it compares.
using Value = std::variant<Absent, bool, int64_t, uint64_t, double, std::string_view, Address>;

}  // namespace saker
