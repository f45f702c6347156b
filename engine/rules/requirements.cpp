#include "engine/rules/requirements.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/rules/codes.h"
#include "engine/rules/version.h"

namespace saker::rules {
namespace {

/// One `{name, version}`; what is asked for twice in `names` is a mistake.
void read_plugin(ItemReader& reader, const YamlNode& plugin, std::vector<std::string>& names) {
    const YamlNode* name = reader.required(plugin, "name");
    const YamlNode* version = reader.required(plugin, "version");
    const std::optional<Text> called = name == nullptr ? std::nullopt : reader.text(*name, "name");
    const std::optional<Text> wanted =
        version == nullptr ? std::nullopt : reader.text(*version, "version");
    if (!called || !wanted) {
        return;
    }
    if (!parse_version(wanted->value)) {
        reader.error(codes::kValidate,
                     fmt::format("Invalid required version '{}' for plugin '{}'", wanted->value,
                                 called->value),
                     *version, "write three numbers: 1.2.3");
    }
    if (std::ranges::find(names, called->value) != names.end()) {
        reader.error(codes::kValidate,
                     fmt::format("Defined multiple alternative version requirements for "
                                 "plugin '{}'",
                                 called->value),
                     plugin);
    }
    names.push_back(called->value);
}

void read_alternatives(ItemReader& reader, const YamlNode& plugin,
                       std::vector<std::string>& names) {
    const YamlNode* alternatives = reader.tree().find(plugin, "alternatives");
    if (alternatives == nullptr) {
        return;
    }
    if (alternatives->kind != YamlKind::sequence) {
        reader.error(codes::kYamlValidate,
                     "Value of plugin version alternatives must be a sequence", *alternatives);
        return;
    }
    for (const uint32_t child : alternatives->children) {
        const YamlNode& other = reader.tree().at(child);
        if (other.kind != YamlKind::map) {
            reader.error(codes::kYamlValidate, "Plugin version alternative must be a mapping",
                         other);
            continue;
        }
        reader.check_keys(other, {"name", "version"});
        read_plugin(reader, other, names);
    }
}

}  // namespace

void read_engine_version(ItemReader& reader, const YamlNode& item, const YamlNode& value) {
    reader.concern("required_engine_version");
    reader.check_keys(item, {"required_engine_version"});
    const std::optional<Text> text = reader.text(value, "required_engine_version");
    if (!text) {
        return;
    }
    uint32_t number = 0;
    const char* end = text->value.data() + text->value.size();
    const auto [stop, problem] = std::from_chars(text->value.data(), end, number);
    const bool plain = problem == std::errc() && stop == end;
    const std::optional<Version> version =
        plain ? Version{0, number, 0} : parse_version(text->value);
    if (!version) {
        reader.error(codes::kYamlValidate,
                     fmt::format("Unable to parse engine version '{}' as a semver string. "
                                 "Expected \"x.y.z\" semver format.",
                                 text->value),
                     value);
    } else if (!satisfies(parse_version(kEngineVersion).value_or(Version{}), *version)) {
        reader.error(codes::kValidate,
                     fmt::format("Rules require engine version {}.{}.{}, but engine version "
                                 "is {}",
                                 (*version)[0], (*version)[1], (*version)[2], kEngineVersion),
                     value, "take rules made for this version, or a newer Saker");
    }
}

void read_plugin_versions(ItemReader& reader, const YamlNode& item, const YamlNode& value) {
    reader.concern("required_plugin_versions");
    reader.check_keys(item, {"required_plugin_versions"});
    if (value.kind != YamlKind::sequence) {
        reader.error(codes::kYamlValidate, "Value of required_plugin_versions must be a sequence",
                     value);
        return;
    }
    for (const uint32_t child : value.children) {
        const YamlNode& plugin = reader.tree().at(child);
        if (plugin.kind != YamlKind::map) {
            reader.error(codes::kYamlValidate, "Plugin version must be a mapping", plugin);
            continue;
        }
        reader.check_keys(plugin, {"name", "version", "alternatives"});
        std::vector<std::string> names;
        read_plugin(reader, plugin, names);
        read_alternatives(reader, plugin, names);
    }
}

}  // namespace saker::rules
