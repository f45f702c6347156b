// A real container for a test: runc, busybox, and a puppet as its first process.
#pragma once

#include <memory>
#include <string>

#include "tests/live/scene.h"

namespace saker::support {

class Container {
  public:
    /// Starts one; with `cgroup` its control group's path, else runc's own choice (the id). Its
    /// passwd names user 1234 "keeper", and it has an /etc/shadow of its own.
    static Result<std::unique_ptr<Container>> start(const std::string& id,
                                                    const std::string& cgroup = "");

    /// Ends it, and takes back everything it made.
    ~Container();
    Container(const Container&) = delete;
    Container& operator=(const Container&) = delete;

    const std::string& id() const { return id_; }

    /// Its control group's path in a hierarchy: the one of a controller, or version 2's.
    std::string cgroup(const std::string& controller) const;

    /// A process inside, that does acts.
    Puppet& puppet() { return *puppet_; }

  private:
    explicit Container(std::string id) : id_(std::move(id)) {}
    Result<void> lay_bundle(const std::string& cgroup);
    Result<void> write_config(const std::string& cgroup);

    Folder folder_;
    std::string id_;
    std::optional<Puppet> puppet_;
};

/// 64 hexadecimal digits, as container engines name theirs; another at every call.
std::string new_container_id();

}  // namespace saker::support
