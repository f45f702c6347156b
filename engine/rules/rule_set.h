// The rules as loaded, and the one program that judges an event by all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/lang/condition.h"
#include "engine/lang/program.h"
#include "engine/rules/priority.h"
#include "engine/rules/template.h"

namespace saker::rules {

/// How a flood of one rule's alerts is told: the first at once, what is like it by its count.
struct Throttling {
    uint64_t interval = 0;          // ns; 0: every alert is told
    std::vector<NamedTemplate> by;  // alerts are alike when all of these are the same
};

struct Rule {
    std::string name;
    std::string description;
    Priority priority = Priority::debug;
    std::string source = "syscall";
    std::vector<std::string> tags;  // sorted, each once
    bool enabled = true;
    std::string condition;                    // after expansion of macros, lists and exceptions
    std::string output;                       // as the author wrote it
    Template message;                         // the output with what the configuration appends
    std::vector<NamedTemplate> extra_fields;  // for `output_fields` only
    Throttling throttling;
    bool capture = false;
    uint64_t capture_duration_ms = 0;
    Where where;
    std::vector<std::string> fields;        // what the condition reads, sorted
    std::unique_ptr<lang::Condition> test;  // the condition, ready to run
};

/// Immutable once made; a reload makes another and swaps the pointer.
class RuleSet {
  public:
    explicit RuleSet(std::vector<Rule> rules);

    /// Every rule loaded, disabled ones too, in the order they are judged.
    const std::vector<Rule>& rules() const { return rules_; }

    /// Judges events; what it calls rule `i` is `rules()[i]`.
    const lang::Program& program() const { return program_; }

    const Rule& rule_of(uint32_t index) const { return rules_[index]; }

    /// Null if there is none.
    const Rule* find(std::string_view name) const;

  private:
    std::vector<Rule> rules_;
    lang::Program program_;
};

}  // namespace saker::rules
