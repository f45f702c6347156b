// The kinds of places alerts can go to, by name.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "outputs/format.h"
#include "outputs/output.h"

namespace saker::outputs {

/// What one output was asked to be.
struct OutputOptions {
    Formatter format = format_text;
    FormatOptions format_options;
    std::string path;  // of a file
};

/// One kind of output.
struct OutputRow {
    std::string_view name;
    std::string_view help;
    bool needs_path;
    Result<std::unique_ptr<Output>> (*open)(const OutputOptions& options);
};

std::span<const OutputRow> output_table();

/// Null when no kind of output is called so.
const OutputRow* find_output(std::string_view name);

}  // namespace saker::outputs
