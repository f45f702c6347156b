// What a falco.yaml can say that Saker has no setting for: each once, with the reason.
#pragma once

#include <span>
#include <string_view>

#include "config/tree.h"

namespace saker::config {

/// One setting, or a whole section of them.
struct FalcoLoss {
    std::string_view path;  // `grpc`, `metrics.interval`
    std::string_view
        neutral;  // values by which nothing is lost, with | between; `*` is all of them
    std::string_view why;

    /// This value asks for something that is not had. A list is its items with commas between, a
    /// section asks when its `enabled` is not false.
    bool is_felt(const Tree& value) const;
};

std::span<const FalcoLoss> falco_losses();

/// Null for a setting the table does not know.
const FalcoLoss* find_falco_loss(std::string_view path);

}  // namespace saker::config
