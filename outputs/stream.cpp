#include "outputs/stream.h"

#include <poll.h>

#include <cerrno>
#include <climits>
#include <cstring>

namespace saker::outputs {

Stream::Stream(Fd fd, std::string name, const OutputOptions& options)
    : fd_(std::move(fd)),
      name_(std::move(name)),
      format_(options.format),
      options_(options.format_options) {}

Result<void> Stream::deliver(const Alert& alert) {
    line_.clear();
    if (is_torn_) {
        line_ += '\n';
    }
    format_(alert, options_, line_);
    return write_all(line_);
}

bool Stream::wait_writable() const {
    static constexpr int kPatience = 200;  // ms between looks at stopped_
    pollfd writable{fd_.get(), POLLOUT, 0};
    while (::poll(&writable, 1, kPatience) == 0) {
        if (stopped_) {
            return false;
        }
    }
    return true;
}

Result<void> Stream::write_all(std::string_view bytes) {
    const size_t whole = bytes.size();
    while (!bytes.empty()) {
        if (!wait_writable()) {
            is_torn_ = bytes.size() != whole;
            return Error{name_ + ": nobody reads it", "", {}};
        }
        // A pipe that is writable has room for this much, so that write does not wait unseen.
        const ssize_t written =
            ::write(fd_.get(), bytes.data(), std::min<size_t>(bytes.size(), PIPE_BUF));
        if (written < 0 && errno != EINTR && errno != EAGAIN) {
            is_torn_ = bytes.size() != whole;
            return Error{name_ + ": " + std::strerror(errno), "", {}};
        }
        const size_t done = written > 0 ? static_cast<size_t>(written) : 0;
        bytes.remove_prefix(done);
        written_ += done;
    }
    is_torn_ = false;
    return {};
}

}  // namespace saker::outputs
