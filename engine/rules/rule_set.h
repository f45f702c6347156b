// The rules as loaded, and the one program that judges an event by all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/lang/program.h"
#include "engine/rules/priority.h"
#include "engine/rules/template.h"

namespace saker::rules {

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
    bool capture = false;
    uint64_t capture_duration_ms = 0;
    Where where;
    uint32_t program_index = 0;  // in the program, when enabled
};

/// Immutable once made; a reload makes another and swaps the pointer.
class RuleSet {
  public:
    RuleSet() = default;
    RuleSet(std::vector<Rule> rules, std::unique_ptr<lang::Program> program,
            std::vector<uint32_t> enabled);

    /// Every rule loaded, disabled ones too, in the order they are judged.
    const std::vector<Rule>& rules() const { return rules_; }

    /// Judges by the enabled rules; what it calls rule `i` is `rule_of(i)`.
    const lang::Program& program() const { return *program_; }

    /// The rule the program knows by that index.
    const Rule& rule_of(uint32_t index) const { return rules_[enabled_[index]]; }

    /// Null if there is none.
    const Rule* find(std::string_view name) const;

  private:
    std::vector<Rule> rules_;
    std::unique_ptr<lang::Program> program_;
    std::vector<uint32_t> enabled_;
};

}  // namespace saker::rules
