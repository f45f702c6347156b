#include "outputs/table.h"

#include <algorithm>
#include <array>

#include "outputs/stream.h"

namespace saker::outputs {
namespace {

const std::array<OutputRow, 2> kTable{{
    {"file", "appended to a file, made if it is not there", true, open_file},
    {"stdout", "standard output", false, open_stdout},
}};

}  // namespace

std::span<const OutputRow> output_table() {
    return kTable;
}

const OutputRow* find_output(std::string_view name) {
    const auto found = std::ranges::find(kTable, name, &OutputRow::name);
    return found == kTable.end() ? nullptr : &*found;
}

}  // namespace saker::outputs
