// Alerts to deliver.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "engine/alert.h"

namespace saker::testing {

inline Alert alert_of(const std::string& id, const std::string& rule = "A rule") {
    Alert made;
    made.id = id;
    made.rule = rule;
    made.priority = "Notice";
    made.source = "syscall";
    made.hostname = "node-1";
    made.time = 1'700'000'000'000'000'000;
    made.message = "something happened: " + id;
    return made;
}

/// A folder of its own, removed with everything in it.
class TemporaryFolder {
  public:
    TemporaryFolder() { path_ = ::mkdtemp(path_.data()); }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string path(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_ = "/tmp/saker-outputs-XXXXXX";
};

inline std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

}  // namespace saker::testing
