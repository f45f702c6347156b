// saker check: every mistake in rule files and configuration, before they are run.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "config/config.h"
#include "engine/base/diagnostic.h"

namespace saker::cli {

struct CheckOptions {
    std::vector<std::string> paths;       // rule files and directories, loaded as one set, in order
    std::vector<Diagnostic> findings;     // what reading the configuration already found
    config::ThrottleSettings throttle{};  // as configured, to be held against the rules
    bool json = false;
};

/// Writes what it found to `out` and returns the exit code.
int run_check(const CheckOptions& options, std::ostream& out);

}  // namespace saker::cli
