// What a condition means, worked out the slow and obvious way: other judges must agree with it.
#pragma once

#include "engine/lang/condition.h"

namespace saker::testing {

/// Walks the tree test by test, value by value, with library functions only (fnmatch, strstr …);
/// it shares nothing with prepared matchers or compiled programs but the reading of operands.
bool is_true(const lang::Condition& condition, lang::FieldReader& reader, bool negated = false);

}  // namespace saker::testing
