// A rule file's text, and where in it an offset is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace saker::rules {

class SourceFile {
  public:
    /// Larger files are refused.
    static constexpr size_t kLargest = 16U << 20U;

    SourceFile(std::string path, std::string text);

    /// Reads a regular file.
    static Result<SourceFile> read(const std::string& path);

    /// Why this is not the text of a YAML file: bytes that are not UTF-8, NUL, brackets nested
    /// without end.
    Result<void> inspect() const;

    const std::string& path() const { return path_; }
    std::string_view text() const { return text_; }

    /// Lines and columns from 1; columns count characters.
    Where where(size_t offset) const;

    /// The line `offset` is in, without its end, shortened when it is very long.
    std::string line_of(size_t offset) const;

    /// The same by number, from 1; empty when there is no such line.
    std::string line_number(uint32_t line) const;

  private:
    size_t line_index(size_t offset) const;

    std::string path_;
    std::string text_;
    std::vector<uint32_t> line_starts_;
};

/// The files `path` stands for: itself, or a directory's *.yaml and *.yml in order of name.
Result<std::vector<std::string>> rule_files_of(const std::string& path);

}  // namespace saker::rules
