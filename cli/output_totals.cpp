#include "cli/output_totals.h"

#include <algorithm>
#include <utility>

namespace saker::cli {
namespace {

/// What waited there is with the present output of that name, or on its way to it.
outputs::DeliveryCounts without_waiting(outputs::DeliveryCounts counts) {
    counts.queued = counts.spooled = counts.spooled_bytes = 0;
    return counts;
}

}  // namespace

void OutputTotals::parting(std::vector<OutputStatus> outputs) {
    for (OutputStatus& output : outputs) {
        parting_[output.name].add(output.counts);
    }
}

/// What an earlier output of a name left waiting, a later one of that name had.
void OutputTotals::ended(std::vector<OutputStatus> outputs) {
    parting_.clear();
    for (OutputStatus& output : outputs) {
        outputs::DeliveryCounts& counts = ended_[output.name];
        counts = without_waiting(counts);
        counts.add(output.counts);
    }
}

std::vector<OutputStatus> OutputTotals::with(std::vector<OutputStatus> present) const {
    for (const Counts* earlier : {&ended_, &parting_}) {
        for (const auto& [name, counts] : *earlier) {
            const auto found = std::ranges::find(present, name, &OutputStatus::name);
            if (found == present.end()) {
                present.push_back({name, counts});
            } else {
                found->counts.add(without_waiting(counts));
            }
        }
    }
    return present;
}

}  // namespace saker::cli
