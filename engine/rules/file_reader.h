// One rule file into items for the collector.
#pragma once

#include <cstdint>
#include <string>

#include "engine/rules/collector.h"
#include "engine/rules/item_reader.h"

namespace saker::rules {

/// Hands every item of the tree to the collector; mistakes are reported, and the others go on.
void read_items(const YamlTree& tree, uint32_t file, Report& report, Collector& collector);

}  // namespace saker::rules
