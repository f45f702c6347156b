#include "engine/rules/item_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_set>

#include "engine/rules/codes.h"
#include "engine/rules/suggest.h"

namespace saker::rules {
namespace {

/// YAML's words for truth: all small, all capital, or with a capital.
std::optional<bool> find_truth(const std::string& word) {
    struct Pair {
        std::string_view yes;
        std::string_view no;
    };
    static constexpr auto kPairs =
        std::to_array<Pair>({{"true", "false"}, {"yes", "no"}, {"on", "off"}, {"y", "n"}});
    std::string small = word;
    std::ranges::transform(small, small.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    const bool tail_small = std::none_of(word.begin() + !word.empty(), word.end(), is_capital);
    if (!tail_small && !std::ranges::all_of(word, is_capital)) {
        return std::nullopt;
    }
    for (const Pair& pair : kPairs) {
        if (small == pair.yes || small == pair.no) {
            return small == pair.yes;
        }
    }
    return std::nullopt;
}

}  // namespace

void ItemReader::error(const char* code, std::string message, const YamlNode& node,
                       std::string hint) {
    ++errors_;
    report_.error({code, std::move(message), std::move(hint), item_}, place(node));
}

void ItemReader::warning(const char* code, std::string message, const YamlNode& node,
                         std::string hint) {
    report_.warning({code, std::move(message), std::move(hint), item_}, place(node));
}

const YamlNode* ItemReader::required(const YamlNode& map, std::string_view key) {
    const YamlNode* value = tree_.find(map, key);
    if (value == nullptr) {
        error(codes::kYamlValidate, fmt::format("Item has no mapping for key '{}'", key), map,
              fmt::format("add '{}:'", key));
    }
    return value;
}

std::optional<Text> ItemReader::text(const YamlNode& value, std::string_view key) {
    if (value.kind == YamlKind::null) {
        error(codes::kYamlValidate, fmt::format("Mapping for key '{}' is empty", key), value);
    } else if (value.kind != YamlKind::scalar) {
        error(codes::kYamlValidate,
              fmt::format("Value is not a scalar value: '{}' must be a text", key), value);
    } else if (value.value.empty()) {
        error(codes::kYamlValidate, fmt::format("Value must be non-empty: '{}' is ''", key), value);
    } else {
        return Text{value.value, place(value)};
    }
    return std::nullopt;
}

std::optional<bool> ItemReader::truth(const YamlNode& value, std::string_view key) {
    const std::optional<Text> word = text(value, key);
    if (!word) {
        return std::nullopt;
    }
    const std::optional<bool> found = find_truth(word->value);
    if (!found) {
        error(codes::kYamlValidate,
              fmt::format("Can't decode YAML scalar value: '{}' must be true or false", key), value,
              "write true or false");
    }
    return found;
}

std::optional<uint64_t> ItemReader::number(const YamlNode& value, std::string_view key) {
    const std::optional<Text> word = text(value, key);
    if (!word) {
        return std::nullopt;
    }
    uint64_t number = 0;
    const char* end = word->value.data() + word->value.size();
    const auto [stop, problem] = std::from_chars(word->value.data(), end, number);
    if (problem != std::errc() || stop != end) {
        error(codes::kYamlValidate,
              fmt::format("Can't decode YAML scalar value: '{}' must be a whole number", key),
              value);
        return std::nullopt;
    }
    return number;
}

std::optional<std::vector<Text>> ItemReader::texts(const YamlNode& value) {
    if (value.kind != YamlKind::sequence) {
        error(codes::kYamlValidate, "Value is not a sequence", value, "write [a, b]");
        return std::nullopt;
    }
    std::vector<Text> all;
    all.reserve(value.children.size());
    bool sound = true;
    for (const uint32_t child : value.children) {
        const YamlNode& item = tree_.at(child);
        if (item.kind != YamlKind::scalar) {
            error(codes::kYamlValidate, "sequence value is not scalar", item);
            sound = false;
            continue;
        }
        all.push_back({item.value, place(item)});
    }
    return sound ? std::optional(std::move(all)) : std::nullopt;
}

void ItemReader::check_keys(const YamlNode& map, const std::vector<std::string_view>& known) {
    std::unordered_set<std::string_view> seen;
    for (size_t i = 0; i + 1 < map.children.size(); i += 2) {
        const YamlNode& key = tree_.at(map.children[i]);
        if (key.kind != YamlKind::scalar || std::ranges::find(known, key.value) == known.end()) {
            warning(codes::kUnknownKey, fmt::format("Unknown key '{}'", key.value), key,
                    did_you_mean(key.value, known));
        } else if (!seen.insert(key.value).second) {
            warning(codes::kDuplicateKey,
                    fmt::format("Key '{}' is given twice; the first one counts", key.value), key);
        }
    }
}

namespace {

constexpr int kDeepestEntry = 3;  // values: list of tuples of lists

void read_entry(ItemReader& reader, const YamlNode& node, int depth, Entry& out) {
    if (node.kind == YamlKind::scalar) {
        if (node.value.empty()) {
            reader.error(codes::kYamlValidate, "Value must be non-empty", node);
        }
        out.given = true;
        out.text = {node.value, reader.place(node)};
    } else if (node.kind == YamlKind::sequence && depth < kDeepestEntry) {
        out.given = true;
        out.is_list = true;
        out.text.place = reader.place(node);
        for (const uint32_t child : node.children) {
            read_entry(reader, reader.tree().at(child), depth + 1, out.entries.emplace_back());
        }
    } else if (node.kind != YamlKind::null || depth > 0) {
        reader.error(codes::kYamlValidate,
                     "Value is not a scalar value: exceptions hold texts and lists of texts", node);
    }
}

void read_values(ItemReader& reader, const YamlNode& map, bool appended, ExceptionItem& out) {
    const YamlNode* values = reader.tree().find(map, "values");
    if (values == nullptr) {
        if (appended) {
            reader.warning(codes::kAppendNoValues, "Overriding/appending exception with no values",
                           map, "add 'values:'");
        }
        return;
    }
    if (values->kind != YamlKind::sequence) {
        reader.error(codes::kYamlValidate, "Rule exception values must be a sequence", *values,
                     "write [a, b] or [[a, b], [c, d]]");
        return;
    }
    for (const uint32_t child : values->children) {
        read_entry(reader, reader.tree().at(child), 1, out.values.emplace_back());
    }
}

std::optional<ExceptionItem> read_exception(ItemReader& reader, const YamlNode& map,
                                            bool appended) {
    if (map.kind != YamlKind::map) {
        reader.error(codes::kYamlValidate, "Rule exception must be a mapping", map,
                     "write {name: …, fields: …, comps: …, values: …}");
        return std::nullopt;
    }
    reader.check_keys(map, {"name", "fields", "comps", "values"});
    ExceptionItem out;
    if (const YamlNode* name = reader.required(map, "name"); name != nullptr) {
        out.name = reader.text(*name, "name").value_or(Text{});
    }
    const YamlNode* fields = reader.tree().find(map, "fields");
    if (fields == nullptr && !appended) {
        reader.required(map, "fields");
    } else if (fields != nullptr) {
        read_entry(reader, *fields, 0, out.fields);
    }
    if (const YamlNode* comps = reader.tree().find(map, "comps"); comps != nullptr) {
        read_entry(reader, *comps, 0, out.comps);
    }
    read_values(reader, map, appended, out);
    return out;
}

}  // namespace

std::optional<std::vector<ExceptionItem>> read_exceptions(ItemReader& reader, const YamlNode& value,
                                                          bool appended) {
    if (value.kind == YamlKind::null) {
        return std::vector<ExceptionItem>{};
    }
    if (value.kind != YamlKind::sequence) {
        reader.error(codes::kYamlValidate, "Rule exceptions must be a sequence", value);
        return std::nullopt;
    }
    std::vector<ExceptionItem> all;
    for (const uint32_t child : value.children) {
        const YamlNode& node = reader.tree().at(child);
        std::optional<ExceptionItem> read = read_exception(reader, node, appended);
        if (!read) {
            continue;
        }
        const auto same = [&](const ExceptionItem& other) {
            return other.name.value == read->name.value;
        };
        if (std::ranges::any_of(all, same)) {
            reader.warning(codes::kExceptionName,
                           fmt::format("Multiple definitions of exception '{}' in the same rule",
                                       read->name.value),
                           node);
        }
        all.push_back(std::move(*read));
    }
    return all;
}

}  // namespace saker::rules
