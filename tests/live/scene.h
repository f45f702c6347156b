// A folder, a puppet and a daemon that watches only the puppet, by the rules of
// tests/live/rules.yaml.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/live.h"

namespace saker::support {

/// A folder of its own for one test, removed with everything in it.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string path(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

    /// Writes a file with these permissions and says where it is.
    std::string write(const std::string& name, const std::string& text, unsigned mode = 0644) const;
    void symlink(const std::string& target, const std::string& name) const;

  private:
    std::string path_;
};

std::string test_rules();
std::string shipped_rules();

/// Fails the test when the daemon does not get ready.
Daemon daemon_for(const Puppet& puppet, const std::string& rules,
                  std::vector<std::string> more = {"--json"});
Puppet new_puppet();

/// Where a daemon keeps its state in this folder, as a setting.
std::string state_option(const Folder& folder);

/// Runs `saker WORDS`; its exit status and all it said.
std::pair<int, std::string> ask_saker(const std::string& words);

/// A child of the puppet that opens and closes a file as fast as it can, until this ends.
class Flood {
  public:
    explicit Flood(Puppet& puppet);
    ~Flood();
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;

  private:
    Puppet& puppet_;
};

struct Scene {
    explicit Scene(const std::string& rules = test_rules())
        : puppet(new_puppet()), daemon(daemon_for(puppet, rules)) {}

    Folder folder;
    Puppet puppet;
    Daemon daemon;
};

}  // namespace saker::support
