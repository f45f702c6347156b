// YAML as a tree whose every node knows where it was written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/rules/source_file.h"

namespace saker::rules {

enum class YamlKind : uint8_t { null, scalar, sequence, map };

/// A node; aliases are the node they name, seen a second time.
struct YamlNode {
    YamlKind kind = YamlKind::null;
    uint32_t offset = 0;             // in the file
    std::string value;               // of a scalar
    std::vector<uint32_t> children;  // of a map: key, value, key, value …
};

class YamlTree {
  public:
    const YamlNode& at(uint32_t node) const { return nodes_[node]; }

    /// The first node of every document.
    const std::vector<uint32_t>& documents() const { return documents_; }

    /// The value of the first key of that name in a map; null if it has none.
    const YamlNode* find(const YamlNode& map, std::string_view key) const;

  private:
    friend Result<YamlTree> parse_yaml(const SourceFile& file);
    std::vector<YamlNode> nodes_;
    std::vector<uint32_t> documents_;
};

/// Reads a whole file. What aliases would multiply beyond reason is an error.
Result<YamlTree> parse_yaml(const SourceFile& file);

}  // namespace saker::rules
