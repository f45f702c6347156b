#include "engine/containers/image_name.h"

#include <algorithm>

namespace saker::containers {
namespace {

constexpr std::string_view kHash = "sha256:";
constexpr size_t kShortId = 12;
constexpr size_t kLongId = 64;

std::string_view without_hash(std::string_view id) {
    return id.starts_with(kHash) ? id.substr(kHash.size()) : id;
}

}  // namespace

std::string_view short_image_id(std::string_view id) {
    return without_hash(id).substr(0, kShortId);
}

bool is_image_id(std::string_view name) {
    const std::string_view digits = without_hash(name);
    return digits.size() == kLongId && digits.find_first_not_of("0123456789abcdef") == digits.npos;
}

void set_image(std::string_view name, ContainerFacts& facts) {
    facts.image = name;
    if (name.empty() || is_image_id(name)) {
        return;
    }
    const size_t at = std::min(name.find('@'), name.size());
    facts.image_digest = name.substr(std::min(at + 1, name.size()));
    name = name.substr(0, at);
    // A colon before the last slash is a port's.
    const size_t slash = name.rfind('/');
    const size_t colon = name.find(':', slash == name.npos ? 0 : slash);
    facts.image_repository = name.substr(0, std::min(colon, name.size()));
    if (colon != name.npos) {
        facts.image_tag = name.substr(colon + 1);
    } else if (facts.image_digest.empty()) {
        facts.image_tag = "latest";
    }
}

}  // namespace saker::containers
