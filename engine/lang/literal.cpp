#include "engine/lang/literal.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "engine/lang/operators.h"

namespace saker::lang {
namespace {

// Longer constants are refused, as rule authors are used to.
constexpr size_t kLongest = 1023;

struct Service {
    std::string_view name;
    uint16_t port;
};

// For hosts without /etc/services, where rules must mean the same.
constexpr std::array<Service, 20> kServices{{
    {"domain", 53}, {"ftp", 21},          {"ftp-data", 20}, {"http", 80},     {"https", 443},
    {"imap", 143},  {"imap2", 143},       {"imaps", 993},   {"kerberos", 88}, {"ldap", 389},
    {"ldaps", 636}, {"mysql", 3306},      {"nfs", 2049},    {"ntp", 123},     {"pop3", 110},
    {"pop3s", 995}, {"postgresql", 5432}, {"smtp", 25},     {"ssh", 22},      {"telnet", 23},
}};

Error not_a(std::string_view what, std::string_view text, std::string hint) {
    return {"'" + std::string(text) + "' is not " + std::string(what), std::move(hint), {}};
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
    Number number{};
    int base = 10;
    if (text.starts_with("+")) {
        text.remove_prefix(1);
        if (text.starts_with("-")) {
            return std::nullopt;
        }
    }
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        base = 16;
        if (text.starts_with("-")) {
            return std::nullopt;
        }
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

Result<Value> read_signed(std::string_view text) {
    if (const auto number = read_number<int64_t>(text)) {
        return Value(*number);
    }
    return not_a("a whole number", text, "decimal or 0x…, at most 64 bits");
}

/// A negative number means what the kernel makes of it: -1 is the largest number there is.
Result<Value> read_unsigned(std::string_view text, unsigned bits) {
    const uint64_t largest = UINT64_MAX >> (64U - bits);
    if (const auto number = read_number<uint64_t>(text); number && *number <= largest) {
        return Value(*number);
    }
    if (const auto number = read_number<int64_t>(text); number && *number < 0) {
        return Value(static_cast<uint64_t>(*number) & largest);
    }
    return not_a("a whole number from 0 up", text,
                 "decimal or 0x…, at most " + std::to_string(bits) + " bits");
}

Result<Value> read_real(std::string_view text) {
    if (const auto number = read_number<int64_t>(text)) {
        return Value(static_cast<double>(*number));
    }
    return not_a("a whole number", text, "fractions cannot be compared with; round it");
}

Result<Value> read_truth(std::string_view text) {
    if (text == "true" || text == "false") {
        return Value(text == "true");
    }
    return not_a("true or false", text, "write true or false");
}

std::optional<uint16_t> service_port(const std::string& name) {
    const auto* known = std::ranges::find(kServices, std::string_view(name), &Service::name);
    if (known != kServices.end()) {
        return known->port;
    }
    const servent* entry = getservbyname(name.c_str(), nullptr);
    return entry ? std::optional<uint16_t>(ntohs(static_cast<uint16_t>(entry->s_port)))
                 : std::nullopt;
}

Result<Value> read_port(std::string_view text) {
    const bool digits =
        !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    std::optional<uint16_t> port;
    if (digits) {
        port = read_number<uint16_t>(text);
    } else {
        port = service_port(std::string(text));
    }
    if (port) {
        return Value(uint64_t{*port});
    }
    return not_a("a port", text, "a decimal number up to 65535, or a service name such as https");
}

bool parse_address(int family, std::string_view text, void* bytes) {
    return inet_pton(family, std::string(text).c_str(), bytes) == 1;
}

Result<Literal> read_network(Literal literal) {
    const std::string_view text = literal.text;
    const size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return not_a("a network", text,
                     "add the length of its prefix, for example " + literal.text +
                         (text.find(':') == text.npos ? "/32" : "/128"));
    }
    auto address = read_address(text.substr(0, slash));
    if (!address) {
        return std::move(address.error()).within("'" + literal.text + "' is not a network");
    }
    const auto bits = read_number<uint8_t>(text.substr(slash + 1));
    const uint8_t most = address->is_v6 ? 128 : 32;
    const uint8_t least = address->is_v6 ? 1 : 0;
    if (!bits || *bits > most || *bits < least) {
        return not_a("a network", text,
                     "the number behind '/' goes from " + std::to_string(least) + " to " +
                         std::to_string(most));
    }
    literal.prefix_bits = *bits;
    literal.other = *address;
    return literal;
}

std::optional<std::string> from_hexadecimal(std::string_view text) {
    std::string bytes;
    for (size_t i = 0; i + 1 < text.size(); i += 2) {
        unsigned byte = 0;
        const auto [end, error] = std::from_chars(&text[i], &text[i] + 2, byte, 16);
        if (error != std::errc() || end != &text[i] + 2) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<char>(byte));
    }
    return text.empty() || text.size() % 2 ? std::nullopt : std::optional(bytes);
}

Result<Literal> read_bytes(const Operator& op, Literal literal) {
    if (!op.hex) {
        literal.bytes = literal.text;
        return literal;
    }
    auto bytes = from_hexadecimal(literal.text);
    if (!bytes) {
        return not_a("hexadecimal", literal.text, "two digits a byte, for example 7f454c46");
    }
    literal.bytes = std::move(*bytes);
    return literal;
}

Result<Literal> read_text(Literal literal) {
    if (literal.text.find('\0') != std::string::npos) {
        return Error{"a text with a NUL byte", "no text field ever has one; bytes fields may", {}};
    }
    literal.bytes = literal.text;
    return literal;
}

using ReadScalar = Result<Value> (*)(std::string_view);

ReadScalar scalar_reader(FieldType type) {
    switch (type) {
        case FieldType::signed_number:
            return read_signed;
        case FieldType::real:
            return read_real;
        case FieldType::boolean:
            return read_truth;
        case FieldType::port:
            return read_port;
        case FieldType::address:
            return [](std::string_view text) -> Result<Value> {
                auto address = read_address(text);
                return address ? Result<Value>(Value(*address)) : address.error();
            };
        default:
            return nullptr;
    }
}

}  // namespace

Result<Address> read_address(std::string_view text) {
    Address address;
    if (parse_address(AF_INET, text, address.bytes.data())) {
        return address;
    }
    if (!parse_address(AF_INET6, text, address.bytes.data())) {
        return not_a("an address", text, "for example 10.0.0.1 or fe80::1");
    }
    static constexpr std::array<uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    address.is_v6 = !std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
    if (!address.is_v6) {
        std::array<uint8_t, 16> v4{};
        std::copy(address.bytes.begin() + kMapped.size(), address.bytes.end(), v4.begin());
        address.bytes = v4;
    }
    return address;
}

Result<Literal> read_literal(const Operator& op, FieldType type, std::string_view text,
                             unsigned bits) {
    Literal literal;
    literal.text = text;
    if (text.size() > kLongest) {
        return Error{"a value of " + std::to_string(text.size()) + " bytes",
                     "at most " + std::to_string(kLongest) + " are allowed",
                     {}};
    }
    const bool is_unsigned = type == FieldType::unsigned_number ||
                             type == FieldType::relative_time || type == FieldType::absolute_time;
    const ReadScalar read = scalar_reader(type);
    if (read || is_unsigned) {
        auto value = read ? read(text) : read_unsigned(text, bits);
        if (!value) {
            return value.error();
        }
        literal.other = *value;
        return literal;
    }
    switch (type) {
        case FieldType::network:
            return read_network(std::move(literal));
        case FieldType::bytes:
            return read_bytes(op, std::move(literal));
        default:
            return read_text(std::move(literal));
    }
}

}  // namespace saker::lang
