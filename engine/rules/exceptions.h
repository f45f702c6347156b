// Exceptions of a rule as parts of its condition.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/lang/ast.h"
#include "engine/rules/items.h"
#include "engine/rules/report.h"

namespace saker::rules {

/// One `not (…)` for every exception that has values; nothing, and reported, when one is wrong.
std::optional<std::vector<lang::Expr>> expressions_of(const std::vector<ExceptionItem>& exceptions,
                                                      const std::string& item, Report& report);

}  // namespace saker::rules
