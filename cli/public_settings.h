// Settings without what only their owner may know.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace saker::cli {

/// The configuration for strangers' eyes: of URLs the host is left, of programs their path, of
/// headers, properties and labels with a secret's name the names; other texts as alerts would show
/// them.
config::Config without_secrets(config::Config config);

/// Texts that must be in nothing that is given away, the longest first: what `without_secrets`
/// takes away, tokens in files, and variables of this process's environment that are called like
/// secrets.
std::vector<std::string> secrets_of(const config::Config& config);

}  // namespace saker::cli
