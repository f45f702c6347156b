// Puts the items of all files together: later definitions replace, changes are applied.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/rules/items.h"
#include "engine/rules/report.h"

namespace saker::rules {

/// Items in the order their names first appeared.
template <class Item>
struct Named {
    std::vector<Item> items;
    std::unordered_map<std::string, size_t> index;

    Item* find(const std::string& name) {
        const auto found = index.find(name);
        return found == index.end() ? nullptr : &items[found->second];
    }
    const Item* find(const std::string& name) const {
        const auto found = index.find(name);
        return found == index.end() ? nullptr : &items[found->second];
    }
};

class Collector {
  public:
    explicit Collector(Report& report) : report_(report) {}

    void take_list(ListItem list, bool append);
    void take_macro(MacroItem macro, bool append);
    void take_rule(RuleItem rule);

    /// Changes a rule, now or as soon as it is defined.
    void change_rule(RuleItem change, KeyChanges keys);

    /// The old way to switch a rule on or off.
    void enable_rule(RuleItem change);

    /// There is something of that name, but it was written wrongly: uses of it are no mistakes.
    void note_broken(std::string_view name) { broken_.emplace(name); }
    bool is_broken(const std::string& name) const { return broken_.count(name) != 0; }

    /// A rule with a mistake in its keys: what was read of it may hold more.
    void take_broken(RuleItem rule) {
        note_broken(rule.name.value);
        broken_rules_.push_back(std::move(rule));
    }

    /// Reports the changes whose target never came.
    void finish();

    const Named<ListItem>& lists() const { return lists_; }
    const Named<MacroItem>& macros() const { return macros_; }
    const Named<RuleItem>& rules() const { return rules_; }
    const std::vector<RuleItem>& broken_rules() const { return broken_rules_; }

  private:
    struct Waiting {
        RuleItem change;
        KeyChanges keys;  // empty: the old way to enable
    };

    void apply(RuleItem& rule, Waiting& waiting);
    bool same_source(const RuleItem& rule, const RuleItem& later);
    void missing(const char* kind, const Text& name, const std::string& message);

    Report& report_;
    Named<ListItem> lists_;
    Named<MacroItem> macros_;
    Named<RuleItem> rules_;
    std::unordered_map<std::string, std::vector<ListItem>> waiting_lists_;
    std::unordered_map<std::string, std::vector<MacroItem>> waiting_macros_;
    std::unordered_map<std::string, std::vector<Waiting>> waiting_rules_;
    std::unordered_set<std::string> broken_;
    std::vector<RuleItem> broken_rules_;
};

}  // namespace saker::rules
