#include "tests/support/folder.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace saker::support {

namespace fs = std::filesystem;

Folder::Folder() : path_(fs::temp_directory_path() / "saker-test-XXXXXX") {
    if (!::mkdtemp(path_.data())) {
        throw std::system_error(errno, std::generic_category(), path_);
    }
}

Folder::~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text, unsigned mode) const {
    const std::string where = path(name);
    fs::create_directories(fs::path(where).parent_path());
    std::ofstream(where) << text;
    if (::chmod(where.c_str(), mode) != 0) {
        throw std::system_error(errno, std::generic_category(), where);
    }
    return where;
}

void Folder::symlink(const std::string& target, const std::string& name) const {
    fs::create_symlink(target, path(name));
}

}  // namespace saker::support
