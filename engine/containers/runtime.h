// Who can tell of containers: one for each place a runtime keeps what it knows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/state/container_facts.h"

namespace saker::containers {

/// Used by one thread; may wait for as long as a second.
class Runtime {
  public:
    virtual ~Runtime() = default;

    /// For people, with the place.
    virtual std::string name() const = 0;

    /// What control groups call containers of this runtime.
    virtual bool may_know(std::string_view type) const = 0;

    /// Its socket or folder exists on this machine.
    virtual bool is_here() const = 0;

    /// Nothing when the container is not one of its own, or not yet. The id is safe in a path and
    /// in a URL. An error says that the runtime could not be asked.
    virtual Result<std::optional<ContainerFacts>> find(const std::string& id) = 0;
};

}  // namespace saker::containers
