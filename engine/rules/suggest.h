// "Did you mean …": the known name nearest to one that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace saker::rules {

/// The candidate that differs least from `name`; empty when none is near.
std::string nearest(std::string_view name, const std::vector<std::string_view>& candidates);

/// `did you mean 'x'?`, or nothing when none is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace saker::rules
