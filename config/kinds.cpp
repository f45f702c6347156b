#include "config/kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

namespace saker::config {
namespace {

struct Unit {
    std::string_view name;
    uint64_t worth;
};
constexpr std::array<Unit, 5> kSizes{
    {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}, {"", 1}}};
constexpr std::array<Unit, 5> kTimes{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

bool parse_number(std::string_view text, uint64_t most, uint64_t& number) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc() && end == text.data() + text.size() && number <= most;
}

template <class Units>
bool parse_with_unit(std::string_view text, const Units& units, uint64_t& number) {
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    std::string_view name = text.substr(digits);
    while (name.starts_with(' ')) {
        name.remove_prefix(1);
    }
    const auto unit = std::ranges::find(units, name, &Unit::name);
    uint64_t written = 0;
    if (unit == units.end() ||
        !parse_number(text.substr(0, digits), std::numeric_limits<int64_t>::max() / unit->worth,
                      written)) {
        return false;
    }
    number = written * unit->worth;
    return true;
}

template <class Units>
std::string print_with_unit(uint64_t number, const Units& units) {
    for (const Unit& unit : units) {
        if (number % unit.worth == 0) {
            return std::to_string(number / unit.worth) + std::string(unit.name);
        }
    }
    return std::to_string(number);
}

/// YAML would take it for something else, or for no value at all.
bool needs_quotes(const std::string& text) {
    static constexpr std::string_view kPlain = "_./:-%";
    const auto plain = [](unsigned char c) {
        return std::isalnum(c) != 0 || kPlain.find(static_cast<char>(c)) != std::string_view::npos;
    };
    return text.empty() || !std::ranges::all_of(text, plain) ||
           std::isalnum(static_cast<unsigned char>(text[0])) == 0 || text.ends_with(':') ||
           lower(text) == "null";
}

}  // namespace

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

std::string words_for(const bool&) {
    return "true or false";
}
std::string words_for(const uint32_t&) {
    return "a whole number from 1 to 4294967295";
}
std::string words_for(const std::string&) {
    return "a text";
}
std::string words_for(const RingMegabytes&) {
    return "a power of two, 1024 at most";
}
std::string words_for(const Bytes&) {
    return "a size, like 64KiB, 10MiB or 1GiB";
}
std::string words_for(const Duration&) {
    return "a time, like 100ms, 30s, 5m, 12h or 7d";
}
std::string words_for(const Percent&) {
    return "a share of one CPU, like 5%";
}
std::string words_for(const Port&) {
    return "a port, 1 to 65535";
}
std::string words_for(const Secret&) {
    return "a text or {file: PATH}";
}

bool parse(std::string_view text, bool& value) {
    const std::string written = lower(text);
    value = written == "true" || written == "yes" || written == "on";
    return value || written == "false" || written == "no" || written == "off";
}

bool parse(std::string_view text, uint32_t& value) {
    uint64_t number = 0;
    if (!parse_number(text, std::numeric_limits<uint32_t>::max(), number) || number == 0) {
        return false;
    }
    value = static_cast<uint32_t>(number);
    return true;
}

bool parse(std::string_view text, std::string& value) {
    value = text;
    return true;
}

bool parse(std::string_view text, RingMegabytes& value) {
    uint64_t number = 0;
    if (!parse_number(text, RingMegabytes::kMost, number) || number == 0 ||
        (number & (number - 1)) != 0) {
        return false;
    }
    value.number = static_cast<uint32_t>(number);
    return true;
}

bool parse(std::string_view text, Bytes& value) {
    return parse_with_unit(text, kSizes, value.number);
}

bool parse(std::string_view text, Duration& value) {
    uint64_t milliseconds = 0;
    if (text != "0" && !parse_with_unit(text, kTimes, milliseconds)) {
        return false;
    }
    value.value = std::chrono::milliseconds(milliseconds);
    return true;
}

bool parse(std::string_view text, Percent& value) {
    constexpr uint64_t kMost = 100 * 1024;  // so many CPUs
    if (text.ends_with('%')) {
        text.remove_suffix(1);
    }
    uint64_t number = 0;
    if (!parse_number(text, kMost, number)) {
        return false;
    }
    value.number = static_cast<uint32_t>(number);
    return true;
}

bool parse(std::string_view text, Port& value) {
    uint64_t number = 0;
    if (!parse_number(text, std::numeric_limits<uint16_t>::max(), number) || number == 0) {
        return false;
    }
    value.number = static_cast<uint16_t>(number);
    return true;
}

bool parse(std::string_view text, Secret& value) {
    value.text = text;
    return true;
}

std::string print(bool value) {
    return value ? "true" : "false";
}
std::string print(uint32_t value) {
    return std::to_string(value);
}

std::string print(const std::string& value) {
    if (!needs_quotes(value)) {
        return value;
    }
    std::string out = "\"";
    for (const char c : value) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (static_cast<unsigned char>(c) < ' ') {
            out += fmt::format("\\x{:02x}", c);
            continue;
        }
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

std::string print(RingMegabytes value) {
    return std::to_string(value.number);
}
std::string print(Bytes value) {
    return print_with_unit(value.number, kSizes);
}
std::string print(Duration value) {
    return value.value.count() == 0
               ? "0"
               : print_with_unit(static_cast<uint64_t>(value.value.count()), kTimes);
}
std::string print(Percent value) {
    return std::to_string(value.number) + "%";
}
std::string print(Port value) {
    return std::to_string(value.number);
}
std::string print(const Secret& value) {
    return value.empty() ? "\"\"" : "\"(secret)\"";
}

}  // namespace saker::config
