// Whether this kernel takes a hook of some kind at some place: tried with a program that does
// nothing.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/source/hooks.h"

struct btf;

namespace saker {

/// Keeps the kernel's types at hand for many trials.
class HookTrial {
  public:
    /// An error of kind `kernel` where the kernel does not tell its types.
    static Result<HookTrial> open();

    HookTrial(HookTrial&&) noexcept;
    ~HookTrial();

    /// Really loads a program for that place. What is refused here would be refused later.
    Result<void> attempt(const Rung& rung) const;

    /// The kernel has a function of that name that programs can hook, or call.
    bool has_function(const std::string& name) const;

  private:
    explicit HookTrial(btf* types);

    struct Types;
    std::unique_ptr<Types> types_;
};

}  // namespace saker
