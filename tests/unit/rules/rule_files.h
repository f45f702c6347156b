// Rule files written for a test, and what came of loading them.
#pragma once

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/rules/loader.h"

namespace saker::testing {

/// A folder of its own that goes away with the test.
class RuleFolder {
  public:
    RuleFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "saker-rules-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~RuleFolder() { std::filesystem::remove_all(path_); }
    RuleFolder(const RuleFolder&) = delete;
    RuleFolder& operator=(const RuleFolder&) = delete;

    std::string write(const std::string& name, const std::string& text) const {
        const std::filesystem::path file = path_ / name;
        std::ofstream(file, std::ios::binary) << text;
        return file.string();
    }
    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

/// Loads texts as files of one set, in order.
inline rules::Loaded load_texts(const std::vector<std::string>& texts,
                                const rules::LoadOptions& options = {}) {
    const RuleFolder folder;
    std::vector<std::string> paths;
    for (const std::string& text : texts) {
        paths.push_back(folder.write(std::to_string(paths.size()) + ".yaml", text));
    }
    return rules::load_rules(paths, options);
}

inline rules::Loaded load_text(const std::string& text, const rules::LoadOptions& options = {}) {
    return load_texts({text}, options);
}

/// Everything found, for a failing test to show.
inline std::string shown(const rules::Loaded& loaded) {
    std::string all;
    for (const Diagnostic& found : loaded.diagnostics) {
        all += std::to_string(found.where.line) + ":" + std::to_string(found.where.column) + " " +
               (found.severity == Severity::error ? "error " : "warning ") + found.code + " " +
               found.message + " [" + found.item + "] (" + found.hint + ")\n";
    }
    return all;
}

inline const Diagnostic* find_code(const rules::Loaded& loaded, const std::string& code) {
    const auto found = std::ranges::find(loaded.diagnostics, code, &Diagnostic::code);
    return found == loaded.diagnostics.end() ? nullptr : &*found;
}

/// A rule around a condition, the first of a file; its condition begins in line 3, column 14.
inline std::string rule_with(const std::string& condition, const std::string& more = "") {
    return "- rule: r1\n  desc: a rule\n  condition: " + condition +
           "\n  output: file=%fd.name\n  priority: NOTICE\n" + more;
}

}  // namespace saker::testing
