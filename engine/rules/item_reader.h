// Values of the shape an item wants, out of YAML; everything else is reported where it stands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rules/items.h"
#include "engine/rules/report.h"
#include "engine/rules/yaml.h"

namespace saker::rules {

class ItemReader {
  public:
    ItemReader(Report& report, const YamlTree& tree, uint32_t file)
        : report_(report), tree_(tree), file_(file) {}

    /// What findings concern from now on: "rule 'x'".
    void concern(std::string item) { item_ = std::move(item); }

    /// Errors reported by this reader so far.
    size_t errors() const { return errors_; }

    const YamlTree& tree() const { return tree_; }
    Place place(const YamlNode& node) const { return {file_, node.offset}; }
    Report& report() { return report_; }

    void error(const char* code, std::string message, const YamlNode& node, std::string hint = {});
    void warning(const char* code, std::string message, const YamlNode& node,
                 std::string hint = {});

    /// The value of a key an item must have; null, and reported, without it.
    const YamlNode* required(const YamlNode& map, std::string_view key);

    // One scalar of a type. Nothing, and reported, when it is not one.
    std::optional<Text> text(const YamlNode& value, std::string_view key);
    std::optional<bool> truth(const YamlNode& value, std::string_view key);
    std::optional<uint64_t> number(const YamlNode& value, std::string_view key);

    /// A sequence of scalars.
    std::optional<std::vector<Text>> texts(const YamlNode& value);

    /// Warns of keys that are not in `known`, and of those given twice.
    void check_keys(const YamlNode& map, const std::vector<std::string_view>& known);

  private:
    Report& report_;
    const YamlTree& tree_;
    uint32_t file_;
    std::string item_;
    size_t errors_ = 0;
};

/// Reads `exceptions`; those that are `appended` need not repeat their fields.
std::optional<std::vector<ExceptionItem>> read_exceptions(ItemReader& reader, const YamlNode& value,
                                                          bool appended);

}  // namespace saker::rules
