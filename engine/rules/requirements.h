// What a rule file wants of the engine and its plugins.
#pragma once

#include "engine/rules/item_reader.h"

namespace saker::rules {

/// The version rule files may require: they were written for an engine of this age.
inline constexpr const char* kEngineVersion = "0.63.0";

/// Reports a version that is none, or newer than ours.
void read_engine_version(ItemReader& reader, const YamlNode& item, const YamlNode& value);

/// Checked for their form only: the container fields are built in, others are not needed to say
/// whether a rule is right.
void read_plugin_versions(ItemReader& reader, const YamlNode& item, const YamlNode& value);

}  // namespace saker::rules
