#include "config/falco.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <tuple>
#include <utility>

#include "config/falco_translate.h"
#include "config/tree_reader.h"

namespace saker::config {
namespace {

constexpr size_t kLargestFile = 1 << 20;

/// What Saker's reader does not take is said, and left at its default.
void read_translated(const Tree& tree, Migration& migration) {
    Findings findings;
    TreeReader reader(tree, findings);
    migration.config.describe(reader);
    for (Diagnostic& found : findings.take()) {
        found.severity = Severity::warning;
        found.code = kNoEquivalent;
        migration.findings.push_back(std::move(found));
    }
}

void put_in_order(std::vector<Diagnostic>& findings, const std::vector<std::string>& lines) {
    for (Diagnostic& found : findings) {
        if (found.where.line > 0 && found.where.line <= lines.size()) {
            found.line = lines[found.where.line - 1];
        }
    }
    std::ranges::stable_sort(findings, {}, [](const Diagnostic& found) {
        return std::tuple(found.where.line, found.where.column);
    });
}

}  // namespace

bool Migration::ok() const {
    return std::ranges::none_of(
        findings, [](const Diagnostic& found) { return found.severity == Severity::error; });
}

Migration migrate_falco(const std::string& text, const std::string& path) {
    Migration migration;
    Parsed parsed = parse_tree(text, path, Variables::kept);
    migration.findings = std::move(parsed.findings);
    if (migration.ok() && parsed.tree.shape != Tree::Shape::map &&
        parsed.tree.shape != Tree::Shape::nothing) {
        migration.findings.push_back(
            {Severity::error, "CONFIG_WRONG_TYPE",
             "a falco.yaml is a map of settings, `name: value` on each line", "", "",
             parsed.tree.where, ""});
    }
    if (!migration.ok()) {
        return migration;
    }
    parsed.tree.where = {path, 0, 0};  // what is not written has no line
    Translated translated = translate_falco(parsed.tree);
    migration.findings = std::move(translated.notes);
    read_translated(translated.tree, migration);
    put_in_order(migration.findings, parsed.lines);
    return migration;
}

Migration migrate_falco_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(kLargestFile + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(file.gcount()));
    std::error_code ignored;
    const bool is_file = file.is_open() && !std::filesystem::is_directory(path, ignored);
    if (is_file && text.size() <= kLargestFile) {
        return migrate_falco(text, path);
    }
    Migration failed;
    failed.findings.push_back({Severity::error, "CONFIG_FILE_READ",
                               is_file ? "larger than 1 MiB" : "cannot be read",
                               "is it there, a file, and readable by you?", "", Where{path}, ""});
    return failed;
}

}  // namespace saker::config
