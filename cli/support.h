// saker support: what a bug report needs, in one file, and no secrets.
#pragma once

#include <iosfwd>
#include <string>

#include "config/read.h"

namespace saker::cli {

struct SupportOptions {
    config::Sources config;
    std::string file;  // empty: a new one in the working directory, with the time in its name
};

/// Writes the bundle, for its owner alone and never over another file, and says to `out` what is in
/// it. Returns the exit code.
int run_support(const SupportOptions& options, std::ostream& out);

}  // namespace saker::cli
