// Where things are when nobody says where.
#pragma once

#include <string>
#include <vector>

namespace saker::config {

/// The system's configuration file, whether it is there or not.
inline constexpr const char* kDefaultFile = "/etc/saker/saker.yaml";

/// The rules installed with this binary, or those of the source tree it was built in; empty if
/// neither is there.
std::vector<std::string> shipped_rules();

}  // namespace saker::config
