// Rules that load, but can never match on this build.
#pragma once

#include <vector>

#include "engine/rules/items.h"
#include "engine/rules/report.h"
#include "engine/rules/rule_set.h"

namespace saker::rules {

/// Warns of rules that no event can match here, and says why; of rules that look at every kind of
/// event; and of names longer than the kernel keeps. `items[i]` is what `rules.rules()[i]` came
/// from.
void advise(const RuleSet& rules, const std::vector<const RuleItem*>& items, Report& report);

}  // namespace saker::rules
