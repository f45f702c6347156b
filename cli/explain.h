// saker explain: a rule as it was compiled, in the order it is evaluated.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace saker::cli {

struct ExplainOptions {
    std::string rule;
    std::vector<std::string> rules;  // rule files and directories, loaded as one set, in order
    bool json = false;
};

/// Writes the explanation to `out` and returns the exit code.
int run_explain(const ExplainOptions& options, std::ostream& out);

}  // namespace saker::cli
