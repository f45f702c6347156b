#include "engine/base/escape.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace saker {
namespace {

unsigned char byte_at(std::string_view text, size_t at) {
    return static_cast<unsigned char>(text[at]);
}

/// Terminals obey the C1 controls too, in UTF-8 U+0080 to U+009F.
bool is_c1_control(std::string_view character) {
    return character.size() == 2 && byte_at(character, 0) == 0xC2 && byte_at(character, 1) < 0xA0;
}

void append_control(std::string& out, unsigned char control) {
    switch (control) {
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", control);
    }
}

}  // namespace

size_t utf8_length(std::string_view text) {
    if (text.empty()) {
        return 0;
    }
    const unsigned char first = byte_at(text, 0);
    if (first < 0x80) {
        return 1;
    }
    const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) {
        return 0;
    }
    uint32_t code = first & (0x7FU >> length);
    for (size_t i = 1; i < length; ++i) {
        const unsigned char next = byte_at(text, i);
        if ((next & 0xC0U) != 0x80U) {
            return 0;
        }
        code = code << 6U | (next & 0x3FU);
    }
    const bool too_long = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    return too_long || surrogate || code > 0x10FFFF ? 0 : length;
}

void append_escaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const size_t length = utf8_length(text);
        const std::string_view character = text.substr(0, length);
        if (length == 0) {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte_at(text, 0));
        } else if (length == 1 && (byte_at(text, 0) < 0x20 || byte_at(text, 0) == 0x7F)) {
            append_control(out, byte_at(text, 0));
        } else if (is_c1_control(character)) {
            append_control(out, byte_at(text, 1));
        } else {
            out += character;
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
}

void append_json_string(std::string& out, std::string_view text) {
    const auto is_plain = [](unsigned char c) {
        return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
    };
    out += '"';
    while (!text.empty()) {
        size_t plain = 0;
        while (plain < text.size() && is_plain(byte_at(text, plain))) {
            ++plain;
        }
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) {
            break;
        }
        const size_t length = utf8_length(text);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
        } else if (text[0] == '"' || text[0] == '\\') {
            out += '\\';
            out += text[0];
        } else if (length == 1) {
            append_control(out, byte_at(text, 0));
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

std::string valid_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const size_t length = utf8_length(text);
        out += length == 0 ? "\xEF\xBF\xBD" : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

}  // namespace saker
