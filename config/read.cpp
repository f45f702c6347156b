#include "config/read.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "config/places.h"
#include "config/tree.h"
#include "config/tree_reader.h"

namespace saker::config {
namespace fs = std::filesystem;
namespace {

constexpr size_t kLargestFile = 1 << 20;

/// Lays files one over the other, then reads the whole.
class Gatherer {
  public:
    explicit Gatherer(Variables variables = Variables::replaced) : variables_(variables) {}

    void add_text(const std::string& text, const std::string& path) {
        Parsed parsed = parse_tree(text, path, variables_);
        findings_.know_lines(path, std::move(parsed.lines));
        if (parsed.findings.empty() && parsed.tree.shape != Tree::Shape::nothing &&
            parsed.tree.shape != Tree::Shape::map) {
            findings_.add(parsed.tree.where, "CONFIG_WRONG_TYPE",
                          "a configuration is a map of settings, `name: value` on each line");
        } else if (parsed.tree.shape == Tree::Shape::map) {
            merge(tree_, std::move(parsed.tree));
        }
        findings_.add(std::move(parsed.findings));
    }

    void add_file(const std::string& path) {
        files_.push_back(path);
        std::ifstream file(path, std::ios::binary);
        struct stat status {};
        if (!file || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
            findings_.add({path, 0, 0}, "CONFIG_FILE_READ", "cannot be read",
                          "is it there, a file, and readable by you?");
            return;
        }
        std::string text(kLargestFile + 1, '\0');
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<size_t>(file.gcount()));
        if (text.size() > kLargestFile) {
            findings_.add({path, 0, 0}, "CONFIG_FILE_READ", "larger than 1 MiB");
            return;
        }
        add_text(text, path);
        warn_if_writable(path, status.st_mode);
    }

    /// The *.yaml of a folder, by name.
    void add_folder(const std::string& folder) {
        std::error_code failed;
        std::vector<std::string> files;
        for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
            if (entry.path().extension() == ".yaml") {
                files.push_back(entry.path().string());
            }
        }
        struct stat status {};
        if (::stat(folder.c_str(), &status) != 0) {
            return;  // nobody needs drop-ins
        }
        files_.push_back(folder);
        warn_if_writable(folder, status.st_mode);
        std::ranges::sort(files);
        for (const std::string& file : files) {
            add_file(file);
        }
    }

    void add_setting(const std::string& setting) {
        if (auto applied = apply_setting(tree_, setting); !applied) {
            findings_.add({"-o " + setting, 0, 0}, "CONFIG_SETTING", applied.error().message,
                          applied.error().hint);
        }
    }

    Reading read() {
        Reading reading;
        if (tree_.shape == Tree::Shape::map) {
            TreeReader reader(tree_, findings_);
            reading.config.describe(reader);
            reader.refuse_the_rest();
        }
        reading.files = std::move(files_);
        reading.findings = findings_.take();
        return reading;
    }

  private:
    void warn_if_writable(const std::string& path, mode_t mode) {
        if ((mode & S_IWOTH) != 0) {
            findings_.add({path, 0, 0}, kWritableByOthers, "anybody may write this",
                          "chmod o-w " + path, Severity::warning);
        }
    }

    const Variables variables_;
    Tree tree_;
    std::vector<std::string> files_;
    Findings findings_;
};

Reading read_with(const Sources& sources, Variables variables) {
    Gatherer gatherer(variables);
    const std::string path = sources.file.empty() ? kDefaultFile : sources.file;
    std::error_code ignored;
    if (!sources.file.empty() || fs::exists(path, ignored)) {
        gatherer.add_file(path);
    }
    gatherer.add_folder(fs::path(path).replace_extension(".d").string());
    for (const std::string& setting : sources.settings) {
        gatherer.add_setting(setting);
    }
    return gatherer.read();
}

}  // namespace

bool Reading::ok() const {
    return std::ranges::none_of(
        findings, [](const Diagnostic& found) { return found.severity == Severity::error; });
}

Reading read(const Sources& sources) {
    return read_with(sources, Variables::replaced);
}

Reading read_for_showing(const Sources& sources) {
    return read_with(sources, Variables::hidden);
}

Reading read_text(const std::string& text, const std::string& path) {
    Gatherer gatherer;
    gatherer.add_text(text, path);
    return gatherer.read();
}

}  // namespace saker::config
