// The settings of a falco.yaml under the names they have here, before they are read.
#pragma once

#include <vector>

#include "config/tree.h"
#include "engine/base/diagnostic.h"

namespace saker::config {

/// As if it had been written for Saker, each value with its place in the falco.yaml; and what could
/// not be said so, as warnings without the line itself.
struct Translated {
    Tree tree;
    std::vector<Diagnostic> notes;
};

/// `falco` is a map, or nothing.
Translated translate_falco(const Tree& falco);

}  // namespace saker::config
