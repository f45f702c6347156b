// saker check --falco-config: what a falco.yaml is called here.
#pragma once

#include <iosfwd>
#include <string>

namespace saker::cli {

struct MigrateOptions {
    std::string file;
    bool json = false;
};

/// Writes the equivalent saker.yaml to `out` and what has none, or another meaning, to `notes`; as
/// JSON all of it to `out`. Returns the exit code.
int run_migrate(const MigrateOptions& options, std::ostream& out, std::ostream& notes);

}  // namespace saker::cli
