// What an alert says about things that schemas have names for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/alert.h"

namespace saker::outputs {

/// The field as text: numbers in decimal, lists with spaces between; empty when it is missing.
std::string field_text(const Alert& alert, std::string_view name);

/// The field as a number that is not negative.
std::optional<uint64_t> field_number(const Alert& alert, std::string_view name);

/// A value as text, as `field_text` has it.
std::string text_of(const rules::OutputValue& value);

/// Its place among priorities: 0 is the most urgent, 7 the least, as in syslog.
uint8_t severity_of(const Alert& alert);

/// Techniques of MITRE ATT&CK among the tags: `T1555`, `T1548.001`.
std::vector<std::string> techniques_of(const Alert& alert);

/// Tactics among the tags, `mitre_credential_access`, as `Credential Access`.
std::vector<std::string> tactics_of(const Alert& alert);

/// At most so many bytes, and no character cut in two.
std::string_view shortened(std::string_view text, size_t most);

/// Every field once, in alphabetical order, without those that are missing.
std::vector<const rules::OutputField*> present_fields(const Alert& alert);

}  // namespace saker::outputs
