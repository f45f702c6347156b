// What rule files say, item by item, before any name is looked up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/rules/priority.h"
#include "engine/rules/report.h"

namespace saker::rules {

struct ListItem {
    Text name;
    std::vector<Text> items;
};

struct MacroItem {
    Text name;
    std::vector<Text> condition;  // the definition, then what was appended
};

/// A scalar, or a list of entries; not given at all when the key is missing or has no value.
struct Entry {
    bool given = false;
    bool is_list = false;
    Text text;
    std::vector<Entry> entries;
};

struct ExceptionItem {
    Text name;
    Entry fields;
    Entry comps;
    std::vector<Entry> values;
};

struct RuleKey;  // rule_keys.h

/// A rule, or a change to one: then only the keys in `changes` count.
struct RuleItem {
    Text name;
    std::vector<Text> condition;
    std::vector<Text> output;
    std::vector<Text> description;
    std::optional<Priority> priority;
    std::optional<Text> source;
    std::optional<bool> enabled;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::vector<ExceptionItem>> exceptions;
    std::optional<bool> warn_event_types;
    std::optional<bool> skip_if_unknown_filter;
    std::optional<bool> capture;
    std::optional<uint64_t> capture_duration_ms;

    std::string source_name() const { return source ? source->value : "syscall"; }
};

/// What an item does to those of its name that came before.
enum class Change : uint8_t { define, append, replace };

/// The keys of a rule that change, and how; appends are made before replacements.
using KeyChanges = std::vector<std::pair<const RuleKey*, Change>>;

/// "rule 'x'", as diagnostics name things.
inline std::string item_name(const char* kind, const Text& name) {
    return std::string(kind) + " '" + name.value + "'";
}

}  // namespace saker::rules
