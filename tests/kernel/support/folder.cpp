#include "tests/kernel/support/folder.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

namespace saker::kernel_tests {

namespace files = std::filesystem;

Folder::Folder() {
    std::string pattern = files::canonical("/tmp").string() + "/saker-kernel-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    ::chmod(pattern.c_str(), 0755);
    path_ = pattern;
}

Folder::~Folder() {
    std::error_code ignored;
    files::remove_all(path_, ignored);
}

std::string Folder::file(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
}

std::string Folder::folder(const std::string& name) const {
    files::create_directories(path(name));
    return path(name);
}

std::string Folder::link(const std::string& name, const std::string& target) const {
    files::create_symlink(target, path(name));
    return path(name);
}

std::string Folder::fill(std::string text) const {
    for (size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at)) {
        text.replace(at, 1, path_);
    }
    return text;
}

}  // namespace saker::kernel_tests
