// From a falco.yaml to Saker's configuration.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "engine/base/diagnostic.h"

namespace saker::config {

/// The codes of findings about a falco.yaml: what is lost, and what is kept but not the same.
inline constexpr const char* kNoEquivalent = "FALCO_NO_EQUIVALENT";
inline constexpr const char* kDiffers = "FALCO_DIFFERS";

/// What a falco.yaml asks for. `findings` are warnings about its settings, `item` being the
/// setting's name, unless the file is no YAML.
struct Migration {
    Config config;
    std::vector<Diagnostic> findings;

    bool ok() const;
};

/// `path` is what findings call the text. `${NAME}` stays as it is written.
Migration migrate_falco(const std::string& text, const std::string& path);

/// The same for a file.
Migration migrate_falco_file(const std::string& path);

}  // namespace saker::config
