// From a configuration file to a Config, with every mistake said.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "engine/base/diagnostic.h"

namespace saker::config {

/// What a file says, and what is wrong with it. Settings that could not be read keep their
/// defaults.
struct Reading {
    Config config;
    std::vector<Diagnostic> findings;

    /// No finding is an error.
    bool ok() const;
};

/// Reads the file. A file others may write is a warning here: `run` refuses it.
Reading read_file(const std::string& path);

/// The same from text; `path` is what findings call it.
Reading read_text(const std::string& text, const std::string& path);

/// The code of the finding about a file anybody may write.
inline constexpr const char* kWritableByOthers = "FILE_WRITABLE_BY_OTHERS";

}  // namespace saker::config
