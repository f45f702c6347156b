// Right-hand sides of literals, prepared once so that comparing allocates nothing.
#pragma once

#include <memory>
#include <span>

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "engine/lang/literal.h"
#include "engine/lang/operators.h"
#include "engine/lang/text_match.h"

namespace saker::lang {

/// Answers whether one value compares with the literals it was made from. Immutable: any number of
/// threads may ask.
class Matcher {
  public:
    virtual ~Matcher() = default;

    /// `left` is of the type the matcher was made for; false when it is absent.
    virtual bool matches(const Value& left) const = 0;
};

/// A matcher for `left op literals`. Operators that want one value are given one literal; it keeps
/// what it needs of them. Fails when a pattern is not valid or too large.
Result<std::unique_ptr<Matcher>> make_matcher(const Operator& op, FieldType type,
                                              std::span<const Literal> literals);

}  // namespace saker::lang
