// Sets of rules to measure with: as published, as shipped, and many more of their kind.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/lang/ast.h"
#include "engine/lang/program.h"

namespace saker::bench {

using Conditions = std::vector<lang::Expr>;

/// The conditions of all rules in the files, macros and lists expanded; empty if they do not load.
Conditions conditions_in(const std::vector<std::string>& paths);

/// `conditions` and copies of them until there are `count`. Two thirds of a copy's texts are its
/// own, as in rules for other programs and other files; the rest are shared with the original.
Conditions multiplied(const Conditions& conditions, size_t count);

/// Rules each for one program, file or port of its own: no two share a text.
Conditions unrelated(size_t count);

/// The same as a rule file.
std::string unrelated_file(size_t count);

/// A rule file `times` over, every copy with names of its own.
std::string repeated_file(const std::string& text, size_t times);

/// A program and what it borrows.
class BenchRules {
  public:
    /// Checks and compiles; what is no condition ends the process.
    explicit BenchRules(const Conditions& conditions);

    const lang::Program& program() const { return *program_; }

  private:
    std::vector<std::unique_ptr<lang::Condition>> conditions_;
    std::unique_ptr<lang::Program> program_;
};

}  // namespace saker::bench
