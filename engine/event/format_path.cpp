// Paths as text.
#include <algorithm>

#include "engine/event/format.h"

namespace saker {
namespace {

/// Puts the elements of `path` behind `out`, `..` taking back one of those put since `start`.
void add_elements(ScratchText& out, size_t start, std::string_view path) {
    while (!path.empty()) {
        const size_t slash = std::min(path.find('/'), path.size());
        const std::string_view element = path.substr(0, slash);
        path.remove_prefix(std::min(slash + 1, path.size()));
        if (element.empty() || element == ".") {
            continue;
        }
        if (element == "..") {
            const size_t last = out.view().substr(start).rfind('/');
            out.cut(last == std::string_view::npos ? start : start + last);
            continue;
        }
        out.add('/').add(element);
    }
}

}  // namespace

void print_absolute(ScratchText& out, std::string_view directory, std::string_view name) {
    if (!name.starts_with('/') && !directory.starts_with('/')) {
        out.add(name);
        return;
    }
    const size_t start = out.size();
    if (!name.starts_with('/')) {
        add_elements(out, start, directory);
    }
    add_elements(out, start, name);
    if (out.size() == start) {
        out.add('/');
    }
}

}  // namespace saker
