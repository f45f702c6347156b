#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "outputs/stream.h"

namespace saker::outputs {

Result<std::unique_ptr<Output>> open_file(const OutputOptions& options) {
    static constexpr mode_t kMode = 0640;
    // Opening must not wait for a pipe's reader, nor make a terminal ours.
    Fd fd(::open(options.path.c_str(),
                 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, kMode));
    if (!fd) {
        return Error{options.path + ": " + std::strerror(errno),
                     "is the directory there, and may you write to it?",
                     {}};
    }
    return std::unique_ptr<Output>(std::make_unique<Stream>(std::move(fd), options.path, options));
}

}  // namespace saker::outputs
