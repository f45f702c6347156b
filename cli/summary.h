// The last line a run writes: what came, what was told, what was lost and where.
#pragma once

#include <string>

#include "engine/pipeline.h"
#include "outputs/delivery.h"

namespace saker::cli {

/// Losses at the very end of a lane leave no gap: only the kernel's own counters know them.
struct KernelLoss {
    uint64_t critical = 0;
    uint64_t bulk = 0;
};

/// `1204 events, 3 alerts, 0 lost`, and where, if anything was lost.
std::string summarise(const PipelineStats& stats, const KernelLoss& kernel,
                      const outputs::DeliveryCounts& delivered);

/// The same counters as one JSON object.
std::string summarise_json(const PipelineStats& stats, const KernelLoss& kernel,
                           const outputs::DeliveryCounts& delivered);

}  // namespace saker::cli
