// Reading files that runtimes write.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace saker::containers {

/// A regular file of at most `limit` bytes, whole; nothing when there is no such file. A FIFO or
/// device in its place is refused unopened.
Result<std::optional<std::string>> read_file(const std::string& path, size_t limit);

/// The names in a folder; none when there is no such folder.
std::vector<std::string> names_in(const std::string& folder);

bool exists(const std::string& path);

}  // namespace saker::containers
