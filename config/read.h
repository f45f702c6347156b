// From configuration files to a Config, with every mistake said.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "engine/base/diagnostic.h"

namespace saker::config {

/// Where a configuration comes from.
struct Sources {
    std::string file;                   // empty: the default place, if something is there
    std::vector<std::string> settings;  // `a.b[0].c=value`, laid over all files, in order
};

/// What the files say, and what is wrong with them. Settings that could not be read keep their
/// defaults.
struct Reading {
    Config config;
    std::vector<std::string> files;  // that were read, and the folder of drop-ins
    std::vector<Diagnostic> findings;

    /// No finding is an error.
    bool ok() const;
};

/// Reads the file, then the *.yaml of the folder beside it that has its name and ends in `.d`, each
/// laid over those before, then the settings. A file others may write is a warning here: `run`
/// refuses it.
Reading read(const Sources& sources);

/// The same for eyes: texts the environment gives are not in it.
Reading read_for_showing(const Sources& sources);

/// The same from text alone; `path` is what findings call it.
Reading read_text(const std::string& text, const std::string& path);

/// The code of the finding about a file anybody may write.
inline constexpr const char* kWritableByOthers = "FILE_WRITABLE_BY_OTHERS";

}  // namespace saker::config
