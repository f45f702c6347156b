// Containers that somebody runs with runc alone, by the state it keeps.
#pragma once

#include "engine/containers/runtime.h"

namespace saker::containers {

class RuncState final : public Runtime {
  public:
    /// runc's root folder: /run/runc as a rule.
    explicit RuncState(std::string root);

    std::string name() const override { return "runc in " + root_; }
    bool may_know(std::string_view type) const override {
        return type.empty() || type == "containerd";  // whose control groups look alike
    }
    bool is_here() const override;
    Result<std::optional<ContainerFacts>> find(const std::string& id) override;

  private:
    std::string root_;
};

}  // namespace saker::containers
