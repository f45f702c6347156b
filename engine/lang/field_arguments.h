// What may follow a field's name: `proc.aname[2]`, `evt.arg.path`.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/lang/field.h"

namespace saker::lang {

/// A field's argument as written: behind a dot (from the name) or between brackets.
struct WrittenArgument {
    std::string after_dot;
    std::string in_brackets;
    bool has_brackets = false;
};

/// Reads what `field` takes; fails when it takes none, wants one, or wants another kind.
Result<FieldArgument> read_argument(const Field& field, const WrittenArgument& written);

/// Canonical text of the field with its argument.
std::string argument_key(const Field& field, const FieldArgument& argument);

}  // namespace saker::lang
