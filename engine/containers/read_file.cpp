#include "engine/containers/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "engine/base/fd.h"
#include "engine/state/account_file.h"

namespace saker::containers {
namespace {

Error failure(const std::string& path) {
    return Error{path + ": " + std::strerror(errno)};
}

}  // namespace

Result<std::optional<std::string>> read_file(const std::string& path, size_t limit) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return std::optional<std::string>();
        }
        return failure(path);
    }
    if (!S_ISREG(found.st_mode) || static_cast<uint64_t>(found.st_size) > limit) {
        return Error{path + ": not a file of a size to be expected there"};
    }
    const Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) {
        return failure(path);
    }
    auto text = read_bounded(file.get(), limit);
    if (!text) {
        return std::move(text.error()).within(path);
    }
    return std::optional(*std::move(text));
}

std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code failed;
    std::filesystem::directory_iterator at(folder, failed);
    for (; !failed && at != std::filesystem::directory_iterator(); at.increment(failed)) {
        names.push_back(at->path().filename());
    }
    return names;
}

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

}  // namespace saker::containers
