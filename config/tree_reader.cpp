#include "config/tree_reader.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <tuple>
#include <utility>

#include "engine/base/nearest.h"

namespace saker::config {

void Findings::know_lines(const std::string& path, std::vector<std::string> lines) {
    order_.push_back(path);
    lines_[path] = std::move(lines);
}

void Findings::add(const Where& where, std::string code, std::string message, std::string hint,
                   Severity severity) {
    Diagnostic found{severity, std::move(code), std::move(message), std::move(hint), "", where, ""};
    if (const auto file = lines_.find(where.file);
        file != lines_.end() && where.line > 0 && where.line <= file->second.size()) {
        found.line = file->second[where.line - 1];
    }
    all_.push_back(std::move(found));
}

void Findings::add(std::vector<Diagnostic> more) {
    std::ranges::move(more, std::back_inserter(all_));
}

std::vector<Diagnostic> Findings::take() {
    std::ranges::stable_sort(all_, {}, [&](const Diagnostic& found) {
        return std::tuple(std::ranges::find(order_, found.where.file), found.where.line,
                          found.where.column);
    });
    return std::move(all_);
}

void TreeReader::refuse_the_rest() const {
    for (const Entry& entry : map_.entries) {
        if (std::ranges::find(known_, entry.key) == known_.end()) {
            findings_.add(entry.where, "CONFIG_UNKNOWN_SETTING",
                          "there is no setting '" + entry.key + "' here", meant(entry.key, known_));
        }
    }
}

void TreeReader::read(const Tree& value, const char* name, ExtraField& target) {
    if (value.shape == Tree::Shape::scalar) {
        target = {value.text, ""};
    } else if (value.shape == Tree::Shape::map && value.entries.size() == 1 &&
               value.entries[0].value.shape == Tree::Shape::scalar) {
        target = {value.entries[0].key, value.entries[0].value.text};
    } else {
        wrong(value, name, "field names or {name: text with %fields}", "");
    }
}

void TreeReader::read(const Tree& value, const char* name, Secret& target) {
    constexpr std::streamsize kLargest = 64 << 10;
    if (value.shape == Tree::Shape::scalar) {
        target.text = value.text;
        return;
    }
    const Tree* path = value.find("file");
    if (path == nullptr || path->shape != Tree::Shape::scalar || value.entries.size() != 1) {
        wrong(value, name, words_for(target), "");
        return;
    }
    std::ifstream file(path->text, std::ios::binary);
    std::string text(kLargest + 1, '\0');
    file.read(text.data(), kLargest + 1);
    text.resize(static_cast<size_t>(file.gcount()));
    struct stat facts {};
    if (::stat(path->text.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode) || file.bad() ||
        text.empty() || text.size() > kLargest) {
        findings_.add(path->where, "CONFIG_SECRET_FILE",
                      "'" + path->text + "' cannot be read as a secret",
                      "it must be a file, readable by saker, not empty and 64 KiB at most");
        return;
    }
    if ((facts.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        findings_.add(path->where, "CONFIG_SECRET_FILE", "anybody may read '" + path->text + "'",
                      "chmod o-rwx " + path->text, Severity::warning);
    }
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    target.text = std::move(text);
}

std::string TreeReader::meant(const std::string& written, const std::vector<std::string>& known) {
    const std::string_view near = nearest(written, known);
    return near.empty() ? "" : "did you mean '" + std::string(near) + "'?";
}

void TreeReader::wrong(const Tree& value, const char* name, const std::string& wanted,
                       std::string hint) {
    const std::string got = value.shape == Tree::Shape::scalar ? ", not '" + value.text + "'" : "";
    findings_.add(value.where, "CONFIG_WRONG_TYPE",
                  "'" + std::string(name) + "' must be " + wanted + got, std::move(hint));
}

}  // namespace saker::config
