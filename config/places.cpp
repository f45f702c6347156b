#include "config/places.h"

#include <filesystem>
#include <system_error>

namespace saker::config {
namespace fs = std::filesystem;

std::vector<std::string> shipped_rules() {
    std::error_code failed;
    const fs::path binary = fs::read_symlink("/proc/self/exe", failed);
    if (failed) {
        return {};
    }
    const fs::path beside = binary.parent_path();
    // <prefix>/bin/saker when installed, build/<preset>/saker when built.
    for (const fs::path& place : {beside / "../share/saker/rules", beside / "../../rules"}) {
        if (fs::is_directory(place, failed)) {
            return {place.lexically_normal().string()};
        }
    }
    return {};
}

}  // namespace saker::config
