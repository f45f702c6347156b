// Options among the arguments of a program.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/value.h"
#include "engine/lang/field.h"

namespace saker::lang {

/// Reads the texts of `out` since `begin` as getopt(3) would with `known`, and adds what it finds
/// behind them: each option's letter, followed by its value if it takes one; or, when `wanted` is
/// given, only the value of that option, empty if it takes none. Unknown options, and options whose
/// value is missing, are passed over.
void find_options(Values& out, size_t begin, std::string_view known, const FieldArgument& wanted);

}  // namespace saker::lang
