#include "cli/instance.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace saker::cli {

std::string said_state_directory(const config::Config& config) {
    if (!config.state_directory.empty()) {
        return config.state_directory;
    }
    const char* given = std::getenv("STATE_DIRECTORY");
    return given != nullptr ? given : "";
}

std::string control_socket(const std::string& state_directory) {
    return state_directory + "/control.socket";
}

Result<Instance> Instance::claim(const std::string& state_directory) {
    if (state_directory.empty()) {
        return Instance(Fd());
    }
    std::error_code failed;
    if (std::filesystem::create_directories(state_directory, failed)) {
        std::filesystem::permissions(state_directory, std::filesystem::perms::owner_all, failed);
    }
    const std::string path = state_directory + "/lock";
    Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock) {
        return Error{std::strerror(errno), "`state_directory` says where state is kept"}.within(
            path);
    }
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        std::array<char, 32> holder{};
        const ssize_t read = ::pread(lock.get(), holder.data(), holder.size() - 1, 0);
        return Error{"another saker runs with the state directory " + state_directory +
                         (read > 0 ? ": process " + std::string(holder.data()) : ""),
                     "stop it, or give this one a `state_directory` of its own"};
    }
    const std::string self = std::to_string(::getpid());
    if (::ftruncate(lock.get(), 0) != 0 ||
        ::pwrite(lock.get(), self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
        return Error{std::strerror(errno)}.within(path);
    }
    return Instance(std::move(lock));
}

}  // namespace saker::cli
