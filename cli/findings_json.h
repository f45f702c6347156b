// What is wrong with files, for editors and CI.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"

namespace saker::cli {

/// Writes `{"results": […], "ok": …, "rules": N}`; `ok` unless a finding is an error.
void write_findings_json(const std::vector<Diagnostic>& findings, size_t rules, std::ostream& out);

/// The same of a migration, with the file that came of it as one text; null when none did.
void write_migration_json(const std::vector<Diagnostic>& findings, const std::string& yaml,
                          std::ostream& out);

}  // namespace saker::cli
