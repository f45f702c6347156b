// Where in a file the characters of a YAML scalar were written, whatever its style.
#pragma once

#include <cstdint>
#include <string_view>

namespace saker::rules {

/// The offset in `file` of byte `index` of the scalar whose node begins at `offset` and whose value
/// is `value`. Folding and escapes are undone; an index past the end gives the end.
uint32_t offset_in_scalar(std::string_view file, uint32_t offset, std::string_view value,
                          size_t index);

}  // namespace saker::rules
