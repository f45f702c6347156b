// What settings there are, in words: for `saker list settings`, the documentation and the shipped
// file, all from the one place where a setting is said.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace saker::config {

struct SettingWords {
    std::string name;           // `outputs[].type`
    std::string kind;           // what its value must be
    std::string default_value;  // as YAML; empty for what only holds others
    std::string help;
};

/// Every setting, those inside of others after them.
std::vector<SettingWords> all_settings();

/// The table of docs/configuration.md.
std::string settings_table();

/// A whole file with every setting at its default: config/saker.yaml.
std::string default_file();

/// What is set, as a configuration file; secrets are not shown.
std::string print_config(const Config& config);

/// The same, without the settings that have their defaults.
std::string print_changes(const Config& config);

}  // namespace saker::config
