// Containers of Docker and Podman, by the REST interface both serve.
#pragma once

#include "engine/containers/runtime.h"
#include "engine/containers/unix_http.h"

namespace saker::containers {

class DockerApi final : public Runtime {
  public:
    /// `type` is what its containers are called: docker or podman.
    DockerApi(std::string type, std::string socket);

    std::string name() const override { return type_ + " at " + http_.socket(); }
    bool may_know(std::string_view type) const override { return type.empty() || type == type_; }
    bool is_here() const override;
    Result<std::optional<ContainerFacts>> find(const std::string& id) override;

  private:
    void ask_about_image(const std::string& id, ContainerFacts& facts);

    std::string type_;
    UnixHttp http_;
};

/// What the answer to `GET /containers/ID/json` says.
ContainerFacts facts_of_inspection(std::string_view json);

/// Adds what the answer to `GET /images/ID/json` says: the digest, and the name of an image that
/// the container knows by its id only.
void add_image_inspection(std::string_view json, ContainerFacts& facts);

}  // namespace saker::containers
