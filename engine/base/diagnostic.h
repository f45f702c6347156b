// A mistake or a warning about a file a person wrote, with all that is needed to mend it.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace saker {

enum class Severity : unsigned char { error, warning };

struct Diagnostic {
    Severity severity = Severity::error;
    std::string code;     // stable, from the catalogue: LOAD_ERR_VALIDATE …
    std::string message;  // what is wrong
    std::string hint;     // how to mend it; may be empty
    std::string item;     // "rule 'Read shadow'", "macro 'x'"; may be empty
    Where where;
    std::string line;  // the text of that line, for the caret; may be empty
};

}  // namespace saker
