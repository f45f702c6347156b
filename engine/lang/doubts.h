// Constants that were likely meant to be something else.
#pragma once

#include <vector>

#include "engine/lang/condition.h"

namespace saker::lang {

/// Warns of a constant that is the name of a field or the call of a transformer, and of a regular
/// expression a simpler operator could do.
void note_doubts(const Operator& op, const Word& word, std::vector<Mistake>& mistakes);

}  // namespace saker::lang
