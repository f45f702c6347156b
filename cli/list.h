// saker list: the rules, the fields a rule may ask, the events the kernel can tell, the
// settings.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace saker::cli {

struct ListOptions {
    std::string what;                // "rules", "fields", "events" or "settings"
    std::vector<std::string> rules;  // rule files and directories, loaded as one set, in order
    bool json = false;
};

/// Writes the list to `out` and returns the exit code.
int run_list(const ListOptions& options, std::ostream& out);

}  // namespace saker::cli
