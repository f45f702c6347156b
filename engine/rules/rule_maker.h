// One rule as collected into one rule as run.
#pragma once

#include <optional>
#include <string>

#include "engine/rules/expander.h"
#include "engine/rules/items.h"
#include "engine/rules/loader.h"
#include "engine/rules/report.h"
#include "engine/rules/rule_set.h"

namespace saker::rules {

class RuleMaker {
  public:
    RuleMaker(Expander& expander, Report& report, const LoadOptions& options);

    /// Nothing when the rule is wrong, which is reported, or left out, which is warned of.
    std::optional<Rule> make(const RuleItem& item);

    /// Reports what else is wrong in a rule that cannot be made: in its condition and output, where
    /// it has them.
    void examine(const RuleItem& item);

  private:
    enum class Outcome : uint8_t { made, wrong, skipped };

    bool is_left_out(const RuleItem& item, const std::string& name);
    Outcome make_condition(const RuleItem& item, const std::string& name, Rule& rule);
    Outcome report_mistakes(const RuleItem& item, const std::string& name,
                            std::vector<lang::Mistake> mistakes);
    bool make_message(const RuleItem& item, const std::string& name, Rule& rule);
    bool append_outputs(const RuleItem& item, const std::string& name, std::string message,
                        Rule& rule);
    void warn_of_output(const RuleItem& item, const std::string& name, const Template& output);

    Expander& expander_;
    Report& report_;
    const LoadOptions& options_;
    lang::Expr started_programs_;
};

}  // namespace saker::rules
