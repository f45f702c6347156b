// A control group of one's own, in the hierarchy that container runtimes use on this host.
#pragma once

#include <cstdint>
#include <string>

namespace saker::kernel_tests {

/// Made for one test and removed with it, once nobody is left inside.
class Cgroup {
  public:
    /// Below another group, or below the hierarchy's root.
    explicit Cgroup(const Cgroup* above = nullptr);
    ~Cgroup();
    Cgroup(const Cgroup&) = delete;
    Cgroup& operator=(const Cgroup&) = delete;

    /// False where this host mounts no such hierarchy.
    static bool possible();

    const std::string& folder() const { return folder_; }
    /// Its path in the hierarchy, as records have it.
    const std::string& path() const { return path_; }
    uint64_t id() const;

    /// For an actor: moves the calling process inside.
    void enter() const;

  private:
    std::string folder_;
    std::string path_;
};

}  // namespace saker::kernel_tests
