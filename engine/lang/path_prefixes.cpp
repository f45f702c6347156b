#include "engine/lang/path_prefixes.h"

#include <algorithm>

#include "engine/lang/text_match.h"

namespace saker::lang {
namespace {

/// Cuts the first part off `path`; empty at its end.
std::string_view take_part(std::string_view& path) {
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    return part;
}

}  // namespace

PathPrefixes::Node& PathPrefixes::below(Node& node, std::string_view part) {
    if (!has_wildcard(part)) {
        auto& next = node.parts[std::string(part)];
        if (!next) {
            next = std::make_unique<Node>();
        }
        return *next;
    }
    const auto known = std::ranges::find_if(
        node.patterns, [part](const auto& pattern) { return pattern.first == part; });
    if (known != node.patterns.end()) {
        return *known->second;
    }
    node.patterns.emplace_back(part, std::make_unique<Node>());
    return *node.patterns.back().second;
}

void PathPrefixes::add(std::string_view prefix) {
    Node* node = &root_;
    for (auto part = take_part(prefix); !part.empty(); part = take_part(prefix)) {
        node = &below(*node, part);
    }
    node->is_prefix = true;
}

bool PathPrefixes::covers(const Node& node, std::string_view path) {
    if (node.is_prefix) {
        return true;
    }
    const auto part = take_part(path);
    if (part.empty()) {
        return false;
    }
    const auto exact = node.parts.find(part);
    if (exact != node.parts.end() && covers(*exact->second, path)) {
        return true;
    }
    return std::ranges::any_of(node.patterns, [&](const auto& pattern) {
        return glob_matches(pattern.first, part, false) && covers(*pattern.second, path);
    });
}

}  // namespace saker::lang
