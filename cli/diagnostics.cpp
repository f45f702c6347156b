#include "cli/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>

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

bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

/// Columns count characters.
size_t width_of(std::string_view text) {
    return static_cast<size_t>(std::ranges::count_if(text, begins_character));
}

/// Where a character begins; the end of the text if there are not so many.
size_t offset_of(std::string_view text, size_t character) {
    size_t at = 0;
    for (size_t left = character; at < text.size(); ++at) {
        if (begins_character(text[at]) && left-- == 0) {
            break;
        }
    }
    return at;
}

/// The line with a caret below the column; of a very long line, what is around the column.
std::string pointed(const Diagnostic& diagnostic) {
    std::string_view line = diagnostic.line;
    size_t column = diagnostic.where.column > 0 ? diagnostic.where.column - 1 : 0;
    const size_t width = width_of(line);
    if (line.empty() || column > width) {
        return "";
    }
    if (width > kWidestLine && column > kBeforeCaret) {
        line.remove_prefix(offset_of(line, column - kBeforeCaret));
        column = kBeforeCaret;
    }
    line = line.substr(0, offset_of(line, kWidestLine));
    const size_t caret = offset_of(line, column);
    const std::string before = escaped(line.substr(0, caret));
    return fmt::format("  {}{}\n  {:>{}}\n", before, escaped(line.substr(caret)), "^",
                       width_of(before) + 1);
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
