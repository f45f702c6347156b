// What run and record share of asking container runtimes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "engine/containers/lookup.h"
#include "engine/source/source.h"
#include "engine/state/cgroup_table.h"
#include "engine/state/container_table.h"

namespace saker::cli {

/// Null when nobody is to be asked.
std::unique_ptr<containers::Lookup> start_lookup(const config::ContainerSettings& settings);

/// Runtimes that could not be asked; none of a null lookup.
std::vector<std::string> take_errors(containers::Lookup* lookup);

/// Hands records on, and has every container asked about that they speak of.
class ContainerWatch final : public RecordSink {
  public:
    /// All of it is a loan; without an asker it only hands on.
    ContainerWatch(RecordSink& next, const Host& host, ContainerAsker* asker)
        : next_(next), asker_(asker), cgroups_(host), containers_(asker, false) {}

    void take(std::span<const std::byte> record) override;

  private:
    RecordSink& next_;
    ContainerAsker* asker_;
    CgroupTable cgroups_;
    ContainerTable containers_;
};

}  // namespace saker::cli
