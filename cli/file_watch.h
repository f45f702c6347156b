// Notices that files of the configuration or of rules were changed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/fd.h"

namespace saker::cli {

class FileWatch {
  public:
    /// Watches these files and the YAML files of these folders, in place of those before. What is
    /// not there yet is noticed when it comes, if its folder is there.
    void watch(const std::vector<std::string>& paths);

    /// Something was written since this was asked. Editors write a file in several steps: ask again
    /// until it is quiet.
    bool take_change();

  private:
    struct Folder {
        std::vector<std::string> names;  // files meant in it
        bool all_yaml = false;
    };

    static bool means(const Folder& folder, const std::string& name);
    void add(const std::string& path, std::map<std::string, Folder>& folders) const;

    Fd events_;
    std::map<int, Folder> watched_;
};

}  // namespace saker::cli
