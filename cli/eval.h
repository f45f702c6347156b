// saker eval: conditions, formats and rule files tried on events given as JSON, one line each.
#pragma once

#include <iosfwd>

namespace saker::cli {

/// Answers every line of `in` with one line of `out`, in order; returns the exit code.
int run_eval(std::istream& in, std::ostream& out);

}  // namespace saker::cli
