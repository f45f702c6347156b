// Text that an attacker may have chosen, made safe to print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace saker {

/// Length of the UTF-8 character `text` begins with; 0 when it begins with none.
size_t utf8_length(std::string_view text);

/// Appends `text` for a line of a terminal or log: control characters as in JSON (`\n`, `\u001b`),
/// bytes that are not UTF-8 as `\xff`, everything else as it is.
void append_escaped(std::string& out, std::string_view text);

/// Appends `text` as a JSON string with its quotes; what is not UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// The text with every byte that is not UTF-8 replaced by U+FFFD, as JSON needs it.
std::string valid_utf8(std::string_view text);

}  // namespace saker
