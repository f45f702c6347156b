#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "outputs/stream.h"

namespace saker::outputs {

Result<std::unique_ptr<Output>> open_stdout(const OutputOptions& options) {
    Fd fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!fd) {
        return Error{std::string("standard output: ") + std::strerror(errno), "", {}};
    }
    return std::unique_ptr<Output>(
        std::make_unique<Stream>(std::move(fd), "standard output", options));
}

}  // namespace saker::outputs
