#include "cli/diagnostics.h"

#include <fmt/format.h>

#include "engine/base/escape.h"

namespace saker::cli {
namespace {

constexpr size_t kWidestLine = 160;
constexpr size_t kBeforeCaret = 60;

std::string escaped(std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
}

/// The line with a caret below the column; of a very long line, what is around the column.
std::string pointed(const Diagnostic& diagnostic) {
    std::string_view line = diagnostic.line;
    size_t column = diagnostic.where.column > 0 ? diagnostic.where.column - 1 : 0;
    if (line.empty() || column > line.size()) {
        return "";
    }
    if (line.size() > kWidestLine && column > kBeforeCaret) {
        line.remove_prefix(column - kBeforeCaret);
        column = kBeforeCaret;
    }
    line = line.substr(0, kWidestLine);
    const std::string before = escaped(line.substr(0, column));
    return fmt::format("  {}{}\n  {:>{}}\n", before, escaped(line.substr(column)), "^",
                       before.size() + 1);
}

}  // namespace

std::string describe(const Diagnostic& diagnostic) {
    const Where& where = diagnostic.where;
    std::string out = escaped(where.file);
    if (where.line > 0) {
        out += fmt::format(":{}:{}", where.line, where.column);
    }
    out += fmt::format(": {}: {}", diagnostic.severity == Severity::error ? "error" : "warning",
                       escaped(diagnostic.message));
    if (!diagnostic.item.empty()) {
        out += fmt::format(" (in {})", escaped(diagnostic.item));
    }
    out += fmt::format(" [{}]\n", diagnostic.code);
    out += pointed(diagnostic);
    if (!diagnostic.hint.empty()) {
        out += fmt::format("  hint: {}\n", escaped(diagnostic.hint));
    }
    return out;
}

std::string describe(const std::vector<Diagnostic>& diagnostics) {
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics) {
        out += describe(diagnostic);
    }
    return out;
}

}  // namespace saker::cli
