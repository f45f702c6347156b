// What rule files were loaded, to the last byte.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace saker::cli {

/// SHA-256 in hexadecimal of each file, and of the YAML files of each folder, by path. Files that
/// cannot be read are left out.
std::map<std::string, std::string> sums_of(const std::vector<std::string>& paths);

}  // namespace saker::cli
