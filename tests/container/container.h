// A real container for a test: runc, busybox, and a puppet as its first process.
#pragma once

#include <memory>
#include <string>

#include "tests/live/scene.h"

namespace saker::support {

struct ContainerOptions {
    std::string cgroup;                     // its control group's path; empty: runc's own choice
    std::vector<std::string> capabilities;  // more than it has anyway
    bool on_overlay = false;                // its root is an overlay, as engines make theirs
};

class Container {
  public:
    /// Starts one. Its passwd names user 1234 "keeper", and it has an /etc/shadow of its own.
    static Result<std::unique_ptr<Container>> start(const std::string& id,
                                                    const ContainerOptions& options = {});

    /// Ends it, and takes back everything it made.
    ~Container();
    Container(const Container&) = delete;
    Container& operator=(const Container&) = delete;

    const std::string& id() const { return id_; }

    /// Where runc keeps what it knows of it: `runc --root`.
    std::string runtime_root() const { return folder_.path("runc"); }

    /// Its control group's path in a hierarchy: the one of a controller, or version 2's.
    std::string cgroup(const std::string& controller) const;

    /// A process inside, that does acts.
    Puppet& puppet() { return *puppet_; }

  private:
    explicit Container(std::string id) : id_(std::move(id)) {}
    Result<void> lay_bundle(const ContainerOptions& options);
    Result<void> lay_overlay();
    Result<void> write_config(const ContainerOptions& options);

    Folder folder_;
    std::string id_;
    std::string root_ = "rootfs";
    std::optional<Puppet> puppet_;
};

/// 64 hexadecimal digits, as container engines name theirs; another at every call.
std::string new_container_id();

}  // namespace saker::support
