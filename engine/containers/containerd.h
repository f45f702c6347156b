// Containers of containerd, by what it keeps on disk: tasks' specs and its database.
#pragma once

#include "engine/containers/bolt.h"
#include "engine/containers/runtime.h"

namespace saker::containers {

class Containerd final : public Runtime {
  public:
    /// Its persistent and its state folder: /var/lib/containerd and /run/containerd as a rule.
    Containerd(std::string root, std::string state);

    std::string name() const override { return "containerd in " + state_; }
    bool may_know(std::string_view type) const override;
    bool is_here() const override;
    Result<std::optional<ContainerFacts>> find(const std::string& id) override;

  private:
    std::string namespace_of(const std::string& id) const;
    Result<bool> add_database(const std::string& space, const std::string& id,
                              ContainerFacts& facts) const;
    Result<void> add_image(const BoltFile& database, const std::string& space,
                           ContainerFacts& facts) const;
    std::string image_id_of(const std::string& digest) const;

    std::string root_;
    std::string state_;
};

/// What Kubernetes' plugin keeps beside a container or a sandbox: a document inside a protobuf.
void add_plugin_record(std::string_view record, ContainerFacts& facts);

}  // namespace saker::containers
