#include "engine/rules/rule_keys.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "engine/rules/codes.h"

namespace saker::rules {
namespace {

using Texts = std::vector<Text>;

/// `condition`, `output`, `desc`: appended text follows after a blank.
template <Texts RuleItem::*member>
constexpr auto read_text = [](ItemReader& reader, const YamlNode& value, RuleItem& item, bool) {
    // The name for messages is the key's; the table below says which it is.
    const char* key = member == &RuleItem::condition ? "condition"
                      : member == &RuleItem::output  ? "output"
                                                     : "desc";
    if (std::optional<Text> text = reader.text(value, key)) {
        (item.*member).push_back(std::move(*text));
    }
};

template <Texts RuleItem::*member>
constexpr auto merge_text = [](Report&, RuleItem& rule, RuleItem& change, Change how) {
    if (how == Change::replace) {
        (rule.*member).clear();
    }
    std::ranges::copy(change.*member, std::back_inserter(rule.*member));
};

template <auto member>
constexpr auto replace =
    [](Report&, RuleItem& rule, RuleItem& change, Change) { rule.*member = change.*member; };

void read_priority(ItemReader& reader, const YamlNode& value, RuleItem& item, bool) {
    const std::optional<Text> word = reader.text(value, "priority");
    if (!word) {
        return;
    }
    item.priority = find_priority(word->value);
    if (!item.priority) {
        reader.error(codes::kYamlValidate, "Invalid priority '" + word->value + "'", value,
                     "one of EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFORMATIONAL, "
                     "DEBUG");
    }
}

void read_source(ItemReader& reader, const YamlNode& value, RuleItem& item, bool) {
    item.source = reader.text(value, "source");
}

template <std::optional<bool> RuleItem::*member>
constexpr auto read_truth = [](ItemReader& reader, const YamlNode& value, RuleItem& item, bool) {
    const char* key = member == &RuleItem::enabled            ? "enabled"
                      : member == &RuleItem::warn_event_types ? "warn_evttypes"
                      : member == &RuleItem::capture          ? "capture"
                                                              : "skip-if-unknown-filter";
    item.*member = reader.truth(value, key);
};

void read_duration(ItemReader& reader, const YamlNode& value, RuleItem& item, bool) {
    item.capture_duration_ms = reader.number(value, "capture_duration");
}

void read_tags(ItemReader& reader, const YamlNode& value, RuleItem& item, bool) {
    if (std::optional<Texts> words = reader.texts(value)) {
        item.tags.emplace();
        for (Text& word : *words) {
            item.tags->push_back(std::move(word.value));
        }
    }
}

void merge_tags(Report&, RuleItem& rule, RuleItem& change, Change how) {
    if (how == Change::replace || !rule.tags) {
        rule.tags = change.tags;
    } else if (change.tags) {
        rule.tags->insert(rule.tags->end(), change.tags->begin(), change.tags->end());
    }
}

void read_rule_exceptions(ItemReader& reader, const YamlNode& value, RuleItem& item,
                          bool appending) {
    const size_t errors = reader.errors();
    item.exceptions = read_exceptions(reader, value, appending);
    if (reader.errors() != errors) {
        item.exceptions.reset();  // half read, they would only be mistaken once more
    }
}

void append_exception(Report& report, RuleItem& rule, ExceptionItem& added) {
    const auto refuse = [&](const char* message) {
        report.error({codes::kValidate, message, "", item_name("rule", rule.name)},
                     added.name.place);
    };
    const auto known = std::ranges::find_if(*rule.exceptions, [&](const ExceptionItem& item) {
        return item.name.value == added.name.value;
    });
    if (known != rule.exceptions->end()) {
        if (added.fields.given) {
            refuse("Can not append exception fields to existing exception, only values");
        } else if (added.comps.given) {
            refuse("Can not append exception comps to existing exception, only values");
        } else {
            std::ranges::move(added.values, std::back_inserter(known->values));
        }
    } else if (!added.fields.given) {
        refuse("Rule exception must have fields property with a list of fields");
    } else if (added.values.empty()) {
        refuse("Rule exception must have values property with a list of values");
    } else {
        rule.exceptions->push_back(std::move(added));
    }
}

void merge_exceptions(Report& report, RuleItem& rule, RuleItem& change, Change how) {
    if (!change.exceptions) {
        return;
    }
    if (how == Change::replace) {
        rule.exceptions = std::move(change.exceptions);
        return;
    }
    if (!rule.exceptions) {
        rule.exceptions.emplace();
    }
    for (ExceptionItem& added : *change.exceptions) {
        append_exception(report, rule, added);
    }
}

constexpr auto kKeys = std::to_array<RuleKey>({
    // name, required, appendable, replaceable
    {"condition", true, true, true, read_text<&RuleItem::condition>,
     merge_text<&RuleItem::condition>},
    {"output", true, true, true, read_text<&RuleItem::output>, merge_text<&RuleItem::output>},
    {"desc", true, true, true, read_text<&RuleItem::description>,
     merge_text<&RuleItem::description>},
    {"priority", true, false, true, read_priority, replace<&RuleItem::priority>},
    {"source", false, false, false, read_source, replace<&RuleItem::source>},
    {"enabled", false, false, true, read_truth<&RuleItem::enabled>, replace<&RuleItem::enabled>},
    {"tags", false, true, true, read_tags, merge_tags},
    {"exceptions", false, true, true, read_rule_exceptions, merge_exceptions},
    {"warn_evttypes", false, false, true, read_truth<&RuleItem::warn_event_types>,
     replace<&RuleItem::warn_event_types>},
    {"skip-if-unknown-filter", false, false, true, read_truth<&RuleItem::skip_if_unknown_filter>,
     replace<&RuleItem::skip_if_unknown_filter>},
    {"capture", false, false, true, read_truth<&RuleItem::capture>, replace<&RuleItem::capture>},
    {"capture_duration", false, false, true, read_duration,
     replace<&RuleItem::capture_duration_ms>},
});

}  // namespace

std::span<const RuleKey> all_rule_keys() {
    return kKeys;
}

const RuleKey* find_rule_key(std::string_view name) {
    const auto found = std::ranges::find(kKeys, name, &RuleKey::name);
    return found == kKeys.end() ? nullptr : &*found;
}

}  // namespace saker::rules
