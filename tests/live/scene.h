// A folder, a puppet and a daemon that watches only the puppet, by the rules of
// tests/live/rules.yaml.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/folder.h"
#include "tests/support/live.h"

namespace saker::support {

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
