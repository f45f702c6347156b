// Any bytes as a rule file: they load, or every mistake in them is reported.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/rules/loader.h"

namespace {

/// A file in memory, the same for every input.
class MemoryFile {
  public:
    MemoryFile() : fd_(::memfd_create("rules", MFD_CLOEXEC)) {}
    ~MemoryFile() { ::close(fd_); }

    std::string hold(const uint8_t* data, size_t size) const {
        if (::ftruncate(fd_, 0) || ::pwrite(fd_, data, size, 0) != static_cast<ssize_t>(size))
            std::abort();
        return "/proc/self/fd/" + std::to_string(fd_);
    }

  private:
    int fd_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const MemoryFile file;
    const saker::rules::Loaded loaded = saker::rules::load_rules({file.hold(data, size)});
    if (!loaded.ok() && loaded.diagnostics.empty())
        std::abort();
    return 0;
}
