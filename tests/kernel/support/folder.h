// A folder of its own for one test.
#pragma once

#include <string>

namespace saker::kernel_tests {

/// Made under /tmp without links in its path; removed with everything in it. Open to every user.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::string& path() const { return path_; }
    std::string path(const std::string& name) const { return path_ + "/" + name; }

    /// Makes these and says where they are.
    std::string file(const std::string& name, const std::string& text = "text\n") const;
    std::string folder(const std::string& name) const;
    std::string link(const std::string& name, const std::string& target) const;

    /// The text with this folder's path for every '@': tables of a test are made before its folder.
    std::string fill(std::string text) const;

  private:
    std::string path_;
};

}  // namespace saker::kernel_tests
