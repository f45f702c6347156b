// "Did you mean …?" for names in rule files.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/nearest.h"

namespace saker::rules {

/// A hint naming the candidate most like `name`; empty when none is near.
template <class Names>
std::string did_you_mean(std::string_view name, const Names& candidates) {
    const std::string_view near = nearest(name, candidates);
    return near.empty() ? "" : "did you mean '" + std::string(near) + "'?";
}

}  // namespace saker::rules
