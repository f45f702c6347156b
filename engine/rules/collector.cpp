#include "engine/rules/collector.h"

#include <algorithm>
#include <iterator>

#include "engine/rules/codes.h"
#include "engine/rules/rule_keys.h"

namespace saker::rules {
namespace {

constexpr const char* kNoList =
    "List uses 'append' or 'override.items: append' but no list by that name already exists";
constexpr const char* kNoMacro =
    "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists";
constexpr const char* kNoRuleToAppend =
    "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists";
constexpr const char* kNoRuleToReplace =
    "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists";
constexpr const char* kNoRuleToEnable =
    "Rule has 'enabled' key but no rule by that name already exists";

/// Puts a definition in the place of an earlier one, or at the end.
template <class Item>
Item& define(Named<Item>& named, Item item) {
    if (Item* known = named.find(item.name.value)) {
        *known = std::move(item);
        return *known;
    }
    named.index.emplace(item.name.value, named.items.size());
    named.items.push_back(std::move(item));
    return named.items.back();
}

template <class Waiting>
std::vector<Waiting> take(std::unordered_map<std::string, std::vector<Waiting>>& all,
                          const std::string& name) {
    const auto found = all.find(name);
    if (found == all.end()) {
        return {};
    }
    std::vector<Waiting> waiting = std::move(found->second);
    all.erase(found);
    return waiting;
}

void append_to(ListItem& list, const ListItem& more) {
    std::ranges::copy(more.items, std::back_inserter(list.items));
}

void append_to(MacroItem& macro, const MacroItem& more) {
    std::ranges::copy(more.condition, std::back_inserter(macro.condition));
}

/// Defines or appends; what is appended too early waits for the definition.
template <class Item>
void take_item(Named<Item>& named, std::unordered_map<std::string, std::vector<Item>>& waiting,
               Item item, bool append) {
    const std::string name = item.name.value;
    if (!append) {
        Item& defined = define(named, std::move(item));
        for (const Item& more : take(waiting, name)) {
            append_to(defined, more);
        }
    } else if (Item* known = named.find(name)) {
        append_to(*known, item);
    } else {
        waiting[name].push_back(std::move(item));
    }
}

}  // namespace

void Collector::take_list(ListItem list, bool append) {
    take_item(lists_, waiting_lists_, std::move(list), append);
}

void Collector::take_macro(MacroItem macro, bool append) {
    take_item(macros_, waiting_macros_, std::move(macro), append);
}

void Collector::take_rule(RuleItem rule) {
    if (const RuleItem* known = rules_.find(rule.name.value)) {
        if (!same_source(*known, rule)) {
            return;
        }
        if (!rule.source) {
            rule.source = known->source;
        }
    }
    RuleItem& defined = define(rules_, std::move(rule));
    for (Waiting& waiting : take(waiting_rules_, defined.name.value)) {
        apply(defined, waiting);
    }
}

void Collector::change_rule(RuleItem change, KeyChanges keys) {
    Waiting waiting{std::move(change), std::move(keys)};
    if (RuleItem* known = rules_.find(waiting.change.name.value)) {
        apply(*known, waiting);
    } else {
        const std::string name = waiting.change.name.value;
        waiting_rules_[name].push_back(std::move(waiting));
    }
}

void Collector::enable_rule(RuleItem change) {
    change_rule(std::move(change), {});
}

void Collector::apply(RuleItem& rule, Waiting& waiting) {
    if (waiting.keys.empty()) {
        rule.enabled = waiting.change.enabled;
        return;
    }
    if (!same_source(rule, waiting.change)) {
        return;
    }
    for (const auto& [key, how] : waiting.keys) {
        key->merge(report_, rule, waiting.change, how);
    }
}

bool Collector::same_source(const RuleItem& rule, const RuleItem& later) {
    const bool same = !later.source || later.source->value == rule.source_name();
    if (!same) {
        report_.error({codes::kValidate,
                       "Rule has been re-defined with a different source: '" + later.source->value +
                           "' after '" + rule.source_name() + "'",
                       "", item_name("rule", rule.name)},
                      later.source->place);
    }
    return same;
}

void Collector::missing(const char* kind, const Text& name, const std::string& message) {
    if (!is_broken(name.value) && !report_.is_incomplete()) {
        report_.error({codes::kValidate, message, "", item_name(kind, name)}, name.place);
    }
}

void Collector::finish() {
    for (const auto& [name, lists] : waiting_lists_) {
        for (const ListItem& list : lists) {
            missing("list", list.name, kNoList);
        }
    }
    for (const auto& [name, macros] : waiting_macros_) {
        for (const MacroItem& macro : macros) {
            missing("macro", macro.name, kNoMacro);
        }
    }
    for (const auto& [name, changes] : waiting_rules_) {
        for (const Waiting& waiting : changes) {
            const bool replaces =
                !waiting.keys.empty() && waiting.keys.front().second == Change::replace;
            missing("rule", waiting.change.name,
                    waiting.keys.empty() ? kNoRuleToEnable
                    : replaces           ? kNoRuleToReplace
                                         : kNoRuleToAppend);
        }
    }
}

}  // namespace saker::rules
