// A folder of its own for one test or measurement.
#pragma once

#include <string>

namespace saker::support {

/// Made where temporary files go, removed with everything in it. What cannot be made throws.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string path(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

    /// Writes a file with these permissions, and the folders it lies in, and says where it is.
    std::string write(const std::string& name, const std::string& text, unsigned mode = 0644) const;
    void symlink(const std::string& target, const std::string& name) const;

  private:
    std::string path_;
};

}  // namespace saker::support
