// A tar archive of texts, as POSIX calls it ustar.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace saker::cli {

class Archive {
  public:
    /// All files get this time, seconds since the epoch, and are their owner's alone.
    explicit Archive(uint64_t time) : time_(time) {}

    /// The path has 100 bytes at most, the text less than 8 GiB.
    void add(std::string_view path, std::string_view text);

    /// The whole archive; nothing can be added any more.
    std::string take();

  private:
    const uint64_t time_;
    std::string bytes_;
};

}  // namespace saker::cli
