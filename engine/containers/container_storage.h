// Containers of Podman and CRI-O, by the storage both keep on disk: no service need run.
#pragma once

#include <vector>

#include "engine/containers/runtime.h"

namespace saker::containers {

class ContainerStorage final : public Runtime {
  public:
    /// Folders of the storage: /var/lib/containers/storage and /run/containers/storage as a rule.
    explicit ContainerStorage(std::vector<std::string> folders);

    std::string name() const override;
    bool may_know(std::string_view type) const override;
    bool is_here() const override;
    Result<std::optional<ContainerFacts>> find(const std::string& id) override;

  private:
    struct Driver {
        std::string folder;
        std::string name;  // of the storage driver: overlay, vfs …
    };

    std::vector<Driver> drivers() const;
    Result<bool> add_entry(const Driver& driver, const std::string& id,
                           ContainerFacts& facts) const;
    Result<void> add_image(const std::string& image, ContainerFacts& facts) const;

    std::vector<std::string> folders_;
};

}  // namespace saker::containers
