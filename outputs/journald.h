// The journal of systemd, by its native protocol.
#pragma once

#include "outputs/table.h"

namespace saker::outputs {

/// One field of an entry; a value with line ends is written with its length.
void append_journal_field(std::string_view name, std::string_view value, std::string& out);

/// An entry: MESSAGE is the alert in its format, then PRIORITY, SYSLOG_IDENTIFIER and SAKER_*.
void append_journal_entry(const Alert& alert, std::string_view text, std::string& out);

Result<Remote> connect_journald(const OutputOptions& options);

}  // namespace saker::outputs
