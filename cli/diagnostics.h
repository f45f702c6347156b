// Mistakes in files, as people read them: the place, the line, a caret, a hint.
#pragma once

#include <string>
#include <vector>

#include "engine/base/diagnostic.h"

namespace saker::cli {

/// One diagnostic on a few lines, each ended by a newline; hostile bytes escaped.
std::string describe(const Diagnostic& diagnostic);

std::string describe(const std::vector<Diagnostic>& diagnostics);

}  // namespace saker::cli
