// The kinds of places alerts can go to, by name.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/output_setting.h"
#include "outputs/format.h"
#include "outputs/output.h"
#include "outputs/transport.h"

namespace saker::outputs {

/// What one output was asked to be.
struct OutputOptions {
    Formatter format = format_text;
    FormatOptions format_options;
    config::OutputSetting setting;
    std::string spool_path;          // where a remote output keeps what waits; empty: in memory
    bool spool_comes_later = false;  // from the output that this one replaces
    bool waits_for_room = false;     // a full spool holds up whoever delivers
};

/// One kind of output: `open` for a local place, `connect` for a remote receiver.
struct OutputRow {
    std::string_view name;
    std::string_view help;
    config::Format usual_format;
    std::string_view needs;  // settings it cannot do without, with spaces between
    std::string_view takes;  // further settings that mean something to it
    Result<std::unique_ptr<Output>> (*open)(const OutputOptions& options);
    Result<Remote> (*connect)(const OutputOptions& options);

    bool is_remote() const { return connect != nullptr; }
};

/// Opens an output of this kind; of a remote one its spool, while the receiver may be away.
Result<std::unique_ptr<Output>> open_output(const OutputRow& row, const OutputOptions& options);

/// What is wrong with a setting, a sentence for each mistake; the type must be known.
std::vector<std::string> mistakes_in(const config::OutputSetting& setting);

std::span<const OutputRow> output_table();

/// Null when no kind of output is called so.
const OutputRow* find_output(std::string_view name);

}  // namespace saker::outputs
