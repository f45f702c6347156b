// The keys of a rule: one row a key, with who may change it, how it is read and how it is merged.
#pragma once

#include <span>
#include <string_view>

#include "engine/rules/item_reader.h"
#include "engine/rules/items.h"

namespace saker::rules {

struct RuleKey {
    std::string_view name;
    bool required;
    bool appendable;
    bool replaceable;

    /// Reads the key's value into `item`; mistakes are reported. Exceptions that are appended may
    /// leave out what the rule already says.
    void (*read)(ItemReader& reader, const YamlNode& value, RuleItem& item, bool appending);

    /// Puts what `change` says in place of what `rule` says, or behind it.
    void (*merge)(Report& report, RuleItem& rule, RuleItem& change, Change how);

    bool changeable() const { return appendable || replaceable; }
};

std::span<const RuleKey> all_rule_keys();

/// Null if there is none.
const RuleKey* find_rule_key(std::string_view name);

}  // namespace saker::rules
