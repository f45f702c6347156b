#include "engine/state/account_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/base/fd.h"

namespace saker {
namespace {

constexpr size_t kLargest = 1 << 20;

Error failure(const char* name) {
    return Error{std::string(name) + ": " + std::strerror(errno)};
}

/// Step by step, through no symlink. `openat2` would do it at once, but filters of system calls
/// (systemd's RestrictSUIDSGID for one) forbid what they cannot look into.
Fd open_below(int root, std::string_view name) {
    Fd at;
    while (!name.empty()) {
        const size_t end = std::min(name.find('/'), name.size());
        const std::string step(name.substr(0, end));
        name.remove_prefix(std::min(end + 1, name.size()));
        const int more = name.empty() ? 0 : O_DIRECTORY;
        at = Fd(
            ::openat(at ? at.get() : root, step.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC | more));
        if (!at) {
            break;
        }
    }
    return at;
}

FileStamp stamp_of(const struct stat& found) {
    return {found.st_ino, found.st_ctim.tv_sec, found.st_ctim.tv_nsec, found.st_size};
}

std::string_view take_word(std::string_view& line) {
    const size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

bool holds_accounts(std::string_view place) {
    return place == "/" || place == "/etc" || place == "/etc/passwd" || place == "/etc/group";
}

}  // namespace

// Lines: id parent device root place options [tags] - type source options.
bool are_accounts_served_by_program(std::string_view mountinfo) {
    while (!mountinfo.empty()) {
        const size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
        std::string_view line = mountinfo.substr(0, end);
        mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
        std::string_view place;
        for (int word = 0; word < 5; ++word) {
            place = take_word(line);
        }
        const size_t dash = line.find(" - ");
        if (dash != line.npos && holds_accounts(place) &&
            line.substr(dash + 3).starts_with("fuse")) {
            return true;
        }
    }
    return false;
}

Result<AccountFile> read_account_file(const std::string& root, const char* name,
                                      const FileStamp& known) {
    const Fd directory(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory) {
        return failure(root.c_str());
    }
    // O_PATH first: opening a device or a FIFO is an act, naming it is none.
    const Fd place = open_below(directory.get(), name);
    struct stat found {};
    if (!place || ::fstat(place.get(), &found) != 0) {
        return failure(name);
    }
    if (!S_ISREG(found.st_mode)) {
        return Error{std::string(name) + " is not a regular file"};
    }
    AccountFile file;
    file.stamp = stamp_of(found);
    if (file.stamp == known) {
        return file;
    }
    const std::string again = "/proc/self/fd/" + std::to_string(place.get());
    const Fd opened(::open(again.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!opened) {
        return failure(name);
    }
    auto text = read_bounded(opened.get(), kLargest);
    if (!text) {
        return std::move(text.error()).within(name);
    }
    file.text = *std::move(text);
    return file;
}

Result<std::string> read_bounded(int file, size_t limit) {
    std::string text;
    char block[16384];
    while (text.size() < limit) {
        const ssize_t got = ::read(file, block, std::min(sizeof block, limit - text.size()));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return Error{std::strerror(errno)};
        }
        if (got == 0) {
            break;
        }
        text.append(block, static_cast<size_t>(got));
    }
    return text;
}

}  // namespace saker
