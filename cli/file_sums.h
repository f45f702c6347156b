// What rule files were loaded, to the last byte.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/rules/template.h"

namespace saker::cli {

/// SHA-256 in hexadecimal of each file, and of the YAML files of each folder, by path. Files that
/// cannot be read are left out.
std::map<std::string, std::string> sums_of(const std::vector<std::string>& paths);

/// The same in an alert: `saker.rules_sha256`, a list of `SUM PATH`.
rules::OutputField sums_field(const std::map<std::string, std::string>& sums);

}  // namespace saker::cli
