#include "cli/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace saker::cli {
namespace {

struct Place {
    const char* name;
    const char* words;
    uint64_t lost;
};

std::vector<Place> places(const PipelineStats& stats, const KernelLoss& kernel,
                          const outputs::DeliveryCounts& delivered) {
    return {
        {"lost_critical", "in the critical ring", std::max(stats.lost_critical, kernel.critical)},
        {"lost_bulk", "in the bulk ring", std::max(stats.lost_bulk, kernel.bulk)},
        {"malformed", "unreadable", stats.malformed},
        {"alerts_dropped", "alerts for which an output had no room", delivered.dropped},
        {"alerts_failed", "alerts an output refused", delivered.failed}};
}

}  // namespace

std::string summarise(const PipelineStats& stats, const KernelLoss& kernel,
                      const outputs::DeliveryCounts& delivered) {
    uint64_t lost = 0;
    std::string where;
    for (const Place& place : places(stats, kernel, delivered)) {
        lost += place.lost;
        if (place.lost > 0) {
            where += fmt::format("{}{} {}", where.empty() ? "" : ", ", place.lost, place.words);
        }
    }
    std::string line =
        fmt::format("{} event{}, {} alert{}, {} lost", stats.events, stats.events == 1 ? "" : "s",
                    stats.alerts, stats.alerts == 1 ? "" : "s", lost);
    if (stats.gave_up > 0) {
        line += fmt::format(", {} judged before their container's runtime answered", stats.gave_up);
    }
    if (stats.throttled > 0) {
        line += fmt::format(", {} alert{} throttled, told by {} summar{}", stats.throttled,
                            stats.throttled == 1 ? "" : "s", stats.summaries,
                            stats.summaries == 1 ? "y" : "ies");
    }
    if (!where.empty()) {
        line += " (" + where + ")";
    }
    if (delivered.spooled > 0) {
        line += fmt::format(", {} alert{} for remote outputs", delivered.spooled,
                            delivered.spooled == 1 ? " waits" : "s wait");
    }
    return line;
}

std::string summarise_json(const PipelineStats& stats, const KernelLoss& kernel,
                           const outputs::DeliveryCounts& delivered) {
    uint64_t lost = 0;
    std::string json =
        fmt::format(R"({{"events":{},"alerts":{},"alerts_delivered":{},"alerts_spooled":{})",
                    stats.events, stats.alerts, delivered.delivered, delivered.spooled);
    for (const Place& place : places(stats, kernel, delivered)) {
        lost += place.lost;
        json += fmt::format(R"(,"{}":{})", place.name, place.lost);
    }
    json += fmt::format(R"(,"held":{},"gave_up":{})", stats.held, stats.gave_up);
    json += fmt::format(R"(,"throttled":{},"throttle_summaries":{},"throttle_full":{})",
                        stats.throttled, stats.summaries, stats.throttle_full);
    return json + fmt::format(R"(,"lost":{}}})", lost);
}

}  // namespace saker::cli
