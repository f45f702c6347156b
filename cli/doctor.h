// saker doctor: what this kernel lets us see, and what stays hidden.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "config/read.h"

namespace saker::cli {

struct DoctorOptions {
    bool json = false;
    config::Sources config;
    std::vector<std::string> rules;

    /// Not about everything, but about what some rules need.
    bool is_about_rules() const { return !rules.empty() || !config.file.empty(); }
};

/// Tries every hook, or those the rules need; writes the report to `out`. 0 when all of these
/// events can be seen, else 1.
int run_doctor(const DoctorOptions& options, std::ostream& out);

}  // namespace saker::cli
