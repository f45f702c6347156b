// The domain names a rule set compares addresses with.
#pragma once

#include <string>
#include <vector>

#include "engine/rules/rule_set.h"

namespace saker::rules {

/// Of enabled rules, sorted, each once: the literals `fd.sip.name` and its kind are compared with
/// for equality. Patterns and parts of names cannot be resolved.
std::vector<std::string> domain_names(const RuleSet& rules);

}  // namespace saker::rules
