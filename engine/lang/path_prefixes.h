// The set of path prefixes behind `pmatch`, compared part by part.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace saker::lang {

/// Prefixes as a tree of path parts. Slashes at the ends and doubled ones mean nothing; a part with
/// `*`, `?` or `[` is a glob pattern for one part.
class PathPrefixes {
  public:
    void add(std::string_view prefix);

    /// Whether some prefix is the path or a directory above it.
    bool cover(std::string_view path) const { return covers(root_, path); }

  private:
    struct Node {
        bool is_prefix = false;
        std::map<std::string, std::unique_ptr<Node>, std::less<>> parts;
        std::vector<std::pair<std::string, std::unique_ptr<Node>>> patterns;
    };

    static Node& below(Node& node, std::string_view part);
    static bool covers(const Node& node, std::string_view path);

    Node root_;
};

}  // namespace saker::lang
