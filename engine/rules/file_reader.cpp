#include "engine/rules/file_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/rules/codes.h"
#include "engine/rules/requirements.h"
#include "engine/rules/rule_keys.h"
#include "engine/rules/suggest.h"

namespace saker::rules {
namespace {

constexpr const char* kAppendOld =
    "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' "
    "instead.";
constexpr const char* kEnabledOld =
    "The standalone 'enabled' key usage is deprecated. Add an 'enabled: replace' entry under "
    "'override' too.";
constexpr const char* kAppendAndOverride =
    "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. "
    "'condition: append') under 'override' instead.";

class FileReader {
  public:
    FileReader(const YamlTree& tree, uint32_t file, Report& report, Collector& collector)
        : tree_(tree), reader_(report, tree, file), collector_(collector) {}

    void read() {
        for (const uint32_t document : tree_.documents()) {
            const YamlNode& root = tree_.at(document);
            if (root.kind == YamlKind::null) {
                continue;
            }
            reader_.concern("");
            if (root.kind != YamlKind::sequence) {
                reader_.error(codes::kYamlValidate, "Rules content is not yaml array of objects",
                              root, "begin every item with '- '");
                continue;
            }
            for (const uint32_t item : root.children) {
                read_item(tree_.at(item));
            }
        }
    }

  private:
    void read_item(const YamlNode& item) {
        struct Kind {
            std::string_view key;
            void (FileReader::*read)(const YamlNode& item, const YamlNode& value);
        };
        static constexpr auto kKinds = std::to_array<Kind>({
            {"required_engine_version", &FileReader::read_engine_version},
            {"required_plugin_versions", &FileReader::read_plugin_versions},
            {"list", &FileReader::read_list},
            {"macro", &FileReader::read_macro},
            {"rule", &FileReader::read_rule},
        });
        reader_.concern("");
        if (item.kind == YamlKind::null) {
            return;
        }
        if (item.kind != YamlKind::map) {
            reader_.error(codes::kYamlValidate,
                          "Unexpected element type. Each element should be a yaml associative "
                          "array.",
                          item, "an item is 'rule:', 'macro:' or 'list:' with its keys");
            return;
        }
        std::vector<std::string_view> names;
        for (const Kind& kind : kKinds) {
            if (const YamlNode* value = tree_.find(item, kind.key)) {
                (this->*kind.read)(item, *value);
                return;
            }
            names.push_back(kind.key);
        }
        const bool named = !item.children.empty();
        const std::string first = named ? tree_.at(item.children.front()).value : "";
        reader_.warning(codes::kUnknownItem, fmt::format("Unknown top level item '{}'", first),
                        item, did_you_mean(first, names));
    }

    /// The item's name, by which its mistakes are told from then on.
    std::optional<Text> read_name(const char* kind, const YamlNode& value) {
        std::optional<Text> name = reader_.text(value, kind);
        if (name) {
            reader_.concern(item_name(kind, *name));
        }
        return name;
    }

    void read_engine_version(const YamlNode& item, const YamlNode& value) {
        rules::read_engine_version(reader_, item, value);
    }

    void read_plugin_versions(const YamlNode& item, const YamlNode& value) {
        rules::read_plugin_versions(reader_, item, value);
    }

    struct Asked {
        bool append_flag = false;
        bool overrides = false;
        KeyChanges changes;  // appends first
    };

    /// Reads `append` and `override`. Lists and macros have one key that may change.
    Asked read_changes(const YamlNode& item, const RuleKey* only) {
        Asked asked;
        if (const YamlNode* append = tree_.find(item, "append")) {
            asked.append_flag = reader_.truth(*append, "append").value_or(false);
            if (asked.append_flag) {
                reader_.warning(codes::kDeprecated, kAppendOld, *append);
            }
        }
        const YamlNode* overrides = tree_.find(item, "override");
        if (overrides == nullptr || overrides->kind == YamlKind::null) {
            return asked;
        }
        if (overrides->kind != YamlKind::map) {
            reader_.error(codes::kYamlValidate, "Value of 'override' must be a mapping", *overrides,
                          "write, say, {condition: append}");
            return asked;
        }
        for (size_t i = 0; i + 1 < overrides->children.size(); i += 2) {
            read_override(tree_.at(overrides->children[i]), tree_.at(overrides->children[i + 1]),
                          only, asked);
        }
        std::ranges::stable_sort(
            asked.changes, {}, [](const auto& change) { return change.second == Change::replace; });
        if (asked.append_flag && asked.overrides) {
            reader_.error(codes::kYamlValidate, kAppendAndOverride, *overrides);
        }
        return asked;
    }

    void read_override(const YamlNode& key, const YamlNode& value, const RuleKey* only,
                       Asked& asked) {
        const RuleKey* row = only == nullptr ? find_rule_key(key.value) : only;
        if (row != nullptr && row->name != key.value) {
            row = nullptr;
        }
        const bool appendable = row != nullptr && row->appendable;
        const bool replaceable = row != nullptr && row->replaceable;
        const std::string& operation = value.value;
        if (operation == "append" && !appendable) {
            reader_.error(
                codes::kYamlValidate,
                fmt::format("Key '{}' cannot be appended to, use 'replace' instead", key.value),
                key);
        } else if (operation == "replace" && !replaceable) {
            reader_.error(codes::kYamlValidate,
                          fmt::format("Key '{}' cannot be replaced", key.value), key);
        } else if (operation != "append" && operation != "replace") {
            reader_.error(codes::kYamlValidate,
                          fmt::format("Invalid override operation for key '{}': '{}'. Allowed "
                                      "values are: {}{}",
                                      key.value, operation, appendable ? "append " : "",
                                      replaceable ? "replace " : ""),
                          value);
        } else {
            asked.overrides = true;
            const auto same = [&](const auto& change) { return change.first == row; };
            if (std::ranges::none_of(asked.changes, same)) {
                asked.changes.emplace_back(
                    row, operation == "append" ? Change::append : Change::replace);
            }
        }
    }

    static bool appends(const Asked& asked) {
        const auto is_append = [](const auto& change) { return change.second == Change::append; };
        return asked.append_flag || std::ranges::any_of(asked.changes, is_append);
    }

    /// What a list's `items` may be changed by; a macro's condition is a rule's.
    static const RuleKey* items_key() {
        static constexpr RuleKey kItems{"items", true, true, true, nullptr, nullptr};
        return &kItems;
    }

    void read_list(const YamlNode& item, const YamlNode& value) {
        const std::optional<Text> name = read_name("list", value);
        if (!name) {
            return;
        }
        const size_t errors = reader_.errors();
        reader_.check_keys(item, {"list", "items", "append", "override"});
        if (name->value.find_first_of(" \b\t\n\r(),=\"'") != std::string::npos) {
            reader_.warning(codes::kListName,
                            "List has an invalid name: no condition can refer to it", value,
                            "use letters, digits and _");
        }
        ListItem list{*name, {}};
        if (const YamlNode* items = reader_.required(item, "items")) {
            list.items = reader_.texts(*items).value_or(std::vector<Text>{});
        }
        const Asked asked = read_changes(item, items_key());
        if (reader_.errors() != errors) {
            collector_.note_broken(name->value);
        } else {
            collector_.take_list(std::move(list), appends(asked));
        }
    }

    static bool is_identifier(const std::string& name) {
        const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
        const auto is_word = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
        return !name.empty() && is_letter(static_cast<unsigned char>(name.front())) &&
               std::ranges::all_of(name, is_word);
    }

    void read_macro(const YamlNode& item, const YamlNode& value) {
        const std::optional<Text> name = read_name("macro", value);
        if (!name) {
            return;
        }
        const size_t errors = reader_.errors();
        reader_.check_keys(item, {"macro", "condition", "append", "override"});
        if (!is_identifier(name->value)) {
            reader_.warning(codes::kMacroName,
                            "Macro has an invalid name: no condition can refer to it", value,
                            "begin with a letter; use letters, digits and _");
        }
        MacroItem macro{*name, {}};
        if (const YamlNode* condition = reader_.required(item, "condition")) {
            if (std::optional<Text> text = reader_.text(*condition, "condition")) {
                macro.condition.push_back(std::move(*text));
            }
        }
        const Asked asked = read_changes(item, find_rule_key("condition"));
        if (reader_.errors() != errors) {
            collector_.note_broken(name->value);
        } else {
            collector_.take_macro(std::move(macro), appends(asked));
        }
    }

    void read_rule(const YamlNode& item, const YamlNode& value) {
        const std::optional<Text> name = read_name("rule", value);
        if (!name) {
            return;
        }
        const size_t errors = reader_.errors();
        std::vector<std::string_view> known = {"rule", "append", "override"};
        for (const RuleKey& key : all_rule_keys()) {
            known.push_back(key.name);
        }
        reader_.check_keys(item, known);
        RuleItem rule;
        rule.name = *name;
        Asked asked = read_changes(item, nullptr);
        const bool change = asked.overrides || asked.append_flag;
        const bool switches = !change && !has_required_key(item);
        if (asked.overrides) {
            read_overridden(item, asked, rule);
        } else if (asked.append_flag) {
            read_appended(item, value, asked, rule);
        } else if (switches) {
            read_switch(item, rule);
        } else {
            read_definition(item, rule);
        }
        if (reader_.errors() != errors && (change || switches)) {
            collector_.note_broken(name->value);
        } else if (reader_.errors() != errors) {
            collector_.take_broken(std::move(rule));
        } else if (change) {
            collector_.change_rule(std::move(rule), std::move(asked.changes));
        } else if (switches) {
            collector_.enable_rule(std::move(rule));
        } else {
            collector_.take_rule(std::move(rule));
        }
    }

    bool has_required_key(const YamlNode& item) const {
        return std::ranges::any_of(all_rule_keys(), [&](const RuleKey& key) {
            return key.required && tree_.find(item, key.name) != nullptr;
        });
    }

    void read_definition(const YamlNode& item, RuleItem& rule) {
        for (const RuleKey& key : all_rule_keys()) {
            const YamlNode* value =
                key.required ? reader_.required(item, key.name) : tree_.find(item, key.name);
            if (value != nullptr) {
                key.read(reader_, *value, rule, false);
            }
        }
    }

    void read_switch(const YamlNode& item, RuleItem& rule) {
        const YamlNode* enabled = reader_.required(item, "enabled");
        if (enabled != nullptr) {
            find_rule_key("enabled")->read(reader_, *enabled, rule, false);
            reader_.warning(codes::kDeprecated, kEnabledOld, *enabled);
        }
    }

    /// The old way to append: the condition and exceptions, whatever else is there.
    void read_appended(const YamlNode& item, const YamlNode& name, Asked& asked, RuleItem& rule) {
        for (const char* key : {"condition", "exceptions", "source"}) {
            const YamlNode* value = tree_.find(item, key);
            if (value == nullptr) {
                continue;
            }
            const RuleKey* row = find_rule_key(key);
            row->read(reader_, *value, rule, true);
            if (row->appendable) {
                asked.changes.emplace_back(row, Change::append);
            }
        }
        if (asked.changes.empty()) {
            reader_.error(codes::kValidate,
                          "Appended rule must have exceptions or condition property", name);
        }
    }

    void read_overridden(const YamlNode& item, const Asked& asked, RuleItem& rule) {
        for (const auto& [key, how] : asked.changes) {
            const char* word = how == Change::append ? "append" : "replace";
            if (const YamlNode* value = tree_.find(item, key->name)) {
                key->read(reader_, *value, rule, how == Change::append);
            } else {
                reader_.error(codes::kYamlValidate,
                              fmt::format("An {} override for '{}' was specified but '{}' is not "
                                          "defined",
                                          word, key->name, key->name),
                              item);
            }
        }
        for (const RuleKey& key : all_rule_keys()) {
            const YamlNode* value = tree_.find(item, key.name);
            const auto same = [&](const auto& change) { return change.first == &key; };
            if (value == nullptr || std::ranges::any_of(asked.changes, same)) {
                continue;
            }
            if (key.changeable()) {
                reader_.error(codes::kYamlValidate,
                              fmt::format("Unexpected key '{}': no corresponding entry under "
                                          "'override' is defined.",
                                          key.name),
                              *value);
            } else {
                key.read(reader_, *value, rule, false);
            }
        }
    }

    const YamlTree& tree_;
    ItemReader reader_;
    Collector& collector_;
};

}  // namespace

void read_items(const YamlTree& tree, uint32_t file, Report& report, Collector& collector) {
    FileReader(tree, file, report, collector).read();
}

}  // namespace saker::rules
