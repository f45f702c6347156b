#include "cli/loss_teller.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/event/event_table.h"

namespace saker::cli {
namespace {

constexpr int kSecondsBetween = 10;
constexpr size_t kMostInMessage = 8;

/// `openat 1200 (the ring was full)`, the greatest loss first.
std::string listed(const std::vector<RecordLoss>& losses, size_t most) {
    std::string text;
    for (const RecordLoss& loss : losses) {
        if (most-- == 0) {
            return text + ", ...";
        }
        text += fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", kEventTable[loss.event].name,
                            loss.count, loss.reason);
    }
    return text;
}

}  // namespace

std::optional<InternalNotice> LossTeller::step(const std::vector<RecordLoss>& losses) {
    if (seconds_quiet_ > 0) {
        --seconds_quiet_;
        return std::nullopt;
    }
    return rest(losses);
}

std::optional<InternalNotice> LossTeller::rest(const std::vector<RecordLoss>& losses) {
    std::vector<RecordLoss> fresh;
    uint64_t count = 0;
    bool is_critical = false;
    for (const RecordLoss& loss : losses) {
        uint64_t& told = told_[{loss.event, loss.reason}];
        if (loss.count > told) {
            fresh.push_back({loss.event, loss.reason, loss.count - told});
            count += loss.count - told;
            is_critical = is_critical || kEventTable[loss.event].ring == LANE_critical;
            told = loss.count;
        }
    }
    if (fresh.empty()) {
        return std::nullopt;
    }
    seconds_quiet_ = kSecondsBetween - 1;
    std::ranges::sort(fresh, std::greater{}, &RecordLoss::count);
    InternalNotice notice{"Saker internal: events lost", "", {}};
    notice.message =
        fmt::format("{} events were lost in the kernel: {}", count, listed(fresh, kMostInMessage));
    notice.fields.push_back({"saker.lost", rules::OutputScalar(static_cast<int64_t>(count))});
    notice.fields.push_back({"saker.losses", rules::OutputScalar(listed(fresh, fresh.size()))});
    notice.priority = is_critical ? rules::Priority::critical : rules::Priority::warning;
    return notice;
}

}  // namespace saker::cli
