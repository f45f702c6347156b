// Functions of a condition: one row a transformer.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/result.h"
#include "engine/lang/field.h"

namespace saker::lang {

struct Operand;
struct TransformUse;
class FieldReader;

/// One row of the table.
struct Transformer {
    std::string_view name;
    uint8_t least;           // inputs
    uint8_t most;            // 255: any number
    bool takes_bracket;      // `getopt(…)[n]`
    std::string_view usage;  // `join(separator, list)`
    std::string_view help;

    /// Says why the inputs do not fit, else sets `result`'s type, several and is_list.
    Result<void> (*type)(const TransformUse&, Operand& result);

    /// Adds what the transformer yields to `out`; nothing when an input is absent or does not fit.
    void (*apply)(const TransformUse&, FieldReader&, Values& out);
};

std::span<const Transformer> all_transformers();

/// Null if there is none; `val` is none.
const Transformer* find_transformer(std::string_view name);

}  // namespace saker::lang
