#include "cli/archive.h"

#include <fmt/format.h>

#include <numeric>

namespace saker::cli {
namespace {

constexpr size_t kBlock = 512;

// Where POSIX puts the members of a header.
constexpr size_t kMode = 100;
constexpr size_t kOwner = 108;
constexpr size_t kGroup = 116;
constexpr size_t kSize = 124;
constexpr size_t kTime = 136;
constexpr size_t kSum = 148;
constexpr size_t kType = 156;
constexpr size_t kMagic = 257;

}  // namespace

void Archive::add(std::string_view path, std::string_view text) {
    std::string header(kBlock, '\0');
    const auto put = [&](size_t at, std::string_view value) {
        header.replace(at, value.size(), value);
    };
    put(0, path);
    put(kMode, "0000600");
    put(kOwner, "0000000");
    put(kGroup, "0000000");
    put(kSize, fmt::format("{:011o}", text.size()));
    put(kTime, fmt::format("{:011o}", time_));
    put(kType, "0");
    put(kMagic, std::string_view("ustar\0"
                                 "00",
                                 8));
    put(kSum, "        ");  // its sum is made with blanks in its place
    const unsigned sum = std::accumulate(
        header.begin(), header.end(), 0U,
        [](unsigned before, char c) { return before + static_cast<unsigned char>(c); });
    put(kSum, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    bytes_ += header;
    bytes_ += text;
    bytes_.append((kBlock - text.size() % kBlock) % kBlock, '\0');
}

std::string Archive::take() {
    bytes_.append(2 * kBlock, '\0');
    return std::move(bytes_);
}

}  // namespace saker::cli
