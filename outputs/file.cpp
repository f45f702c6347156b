#include "outputs/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace saker::outputs {
namespace {

/// When the file was made, seconds since the epoch; a filesystem that does not say so tells when it
/// was last written.
uint64_t birth_of(int fd) {
    struct statx facts {};
    if (::statx(fd, "", AT_EMPTY_PATH, STATX_BTIME | STATX_MTIME, &facts) != 0) {
        return static_cast<uint64_t>(::time(nullptr));
    }
    const bool is_known = (facts.stx_mask & STATX_BTIME) != 0;
    return static_cast<uint64_t>(is_known ? facts.stx_btime.tv_sec : facts.stx_mtime.tv_sec);
}

Result<Fd> open_appending(const std::string& path) {
    static constexpr mode_t kMode = 0640;
    // Opening must not wait for a pipe's reader, nor make a terminal ours.
    Fd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                 kMode));
    if (!fd) {
        return Error{path + ": " + std::strerror(errno),
                     "is the directory there, and may you write to it?"};
    }
    return fd;
}

/// A run that was killed, or the power, may have ended within a line.
bool ends_within_line(const std::string& path, off_t size) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    char last = '\n';
    return size > 0 && fd && ::pread(fd.get(), &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

bool rotation_is_due(const config::OutputSetting& setting, uint64_t size, uint64_t age_seconds) {
    const auto most_age =
        std::chrono::duration_cast<std::chrono::seconds>(setting.rotate_age.value);
    const bool too_large = setting.rotate_size.number > 0 && size >= setting.rotate_size.number;
    const bool too_old =
        most_age.count() > 0 && age_seconds >= static_cast<uint64_t>(most_age.count());
    return size > 0 && (too_large || too_old);
}

Result<std::unique_ptr<Output>> File::open(const OutputOptions& options) {
    std::unique_ptr<File> file(new File(options));
    if (const Result<void> begun = file->begin(); !begun) {
        return begun.error();
    }
    return std::unique_ptr<Output>(std::move(file));
}

Result<void> File::begin() {
    Result<Fd> fd = open_appending(options_.setting.path);
    if (!fd) {
        return fd.error();
    }
    struct stat facts {};
    ::fstat(fd->get(), &facts);
    is_regular_ = S_ISREG(facts.st_mode);
    size_before_ = static_cast<uint64_t>(facts.st_size);
    birth_ = birth_of(fd->get());
    auto stream = std::make_unique<Stream>(std::move(*fd), options_.setting.path, options_);
    if (is_regular_ && ends_within_line(options_.setting.path, facts.st_size)) {
        stream->follow_torn_line();
    }
    const std::lock_guard lock(mutex_);
    stream_ = std::move(stream);
    if (is_stopped_) {
        stream_->stop_waiting();
    }
    return {};
}

bool File::is_due() const {
    const auto now = static_cast<uint64_t>(::time(nullptr));
    return is_regular_ && rotation_is_due(options_.setting, size_before_ + stream_->written(),
                                          now > birth_ ? now - birth_ : 0);
}

/// PATH becomes PATH.1, that becomes PATH.2, and the oldest kept one is replaced.
Result<void> File::rotate() {
    const std::string& path = options_.setting.path;
    for (uint32_t number = options_.setting.rotate_keep; number > 0; --number) {
        const std::string from = number == 1 ? path : path + "." + std::to_string(number - 1);
        const std::string to = path + "." + std::to_string(number);
        if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) {
            return Error{to + ": " + std::strerror(errno), "old alerts stay in " + path};
        }
    }
    return begin();
}

Result<void> File::deliver(const Alert& alert) {
    Result<void> ready;
    if (is_due()) {
        ready = rotate();
    } else if (wants_reopening_.exchange(false)) {
        ready = begin();
    }
    if (!ready) {
        // No failure of this alert: it goes to the file that is still open.
        const std::lock_guard lock(mutex_);
        error_ = ready.error().text();
    }
    return stream_->deliver(alert);
}

void File::stop_waiting() {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    stream_->stop_waiting();
}

std::string File::take_error() {
    const std::lock_guard lock(mutex_);
    return std::exchange(error_, {});
}

}  // namespace saker::outputs
