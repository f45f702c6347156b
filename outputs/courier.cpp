#include "outputs/courier.h"

#include <algorithm>
#include <utility>

#include "outputs/threads.h"

namespace saker::outputs {
namespace {

constexpr size_t kMostBytes = 4 << 20;  // read from the spool at once

/// The receiver has them now.
Latency latency_of(std::span<const Parcel> parcels) {
    Latency latency;
    const uint64_t now = wall_clock();
    for (const Parcel& parcel : parcels) {
        latency.add(parcel.time, now);
    }
    return latency;
}

}  // namespace

Courier::Courier(Spool& spool, std::unique_ptr<Transport> transport, BackoffOptions backoff)
    : spool_(spool), transport_(std::move(transport)), backoff_(backoff) {
    thread_ = std::thread([this] { work(); });
}

Courier::~Courier() {
    stop();
}

void Courier::wake() {
    {
        const std::lock_guard lock(mutex_);
        is_woken_ = true;
    }
    changed_.notify_all();
}

void Courier::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    changed_.notify_all();
    transport_->stop_waiting();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Courier::drain(Clock::time_point deadline, bool insist) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [&] {
        return is_stopped_ || spool_.counts().waiting == 0 || (counts_.is_failing && !insist);
    });
}

CourierCounts Courier::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

std::string Courier::take_error() {
    const std::lock_guard lock(mutex_);
    return std::exchange(error_, {});
}

void Courier::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this] { return is_stopped_; });
}

/// Everything not known to have arrived goes again.
void Courier::fail(std::string error, std::chrono::milliseconds at_least) {
    sent_through_ = settled_through_;
    unsettled_.clear();
    {
        const std::lock_guard lock(mutex_);
        ++counts_.failures;
        counts_.is_failing = true;
        error_ = std::move(error);
    }
    changed_.notify_all();
    pause(std::max(backoff_.next(), at_least));
}

/// What was sent long enough ago on a connection that still stands has arrived. False when it does
/// not stand.
bool Courier::settle() {
    const Clock::time_point now = Clock::now();
    uint64_t through = settled_through_;
    uint64_t accepted = 0;
    Latency latency;
    auto mark = unsettled_.begin();
    for (; mark != unsettled_.end() && mark->when + transport_->settling() <= now; ++mark) {
        through = mark->sequence;
        accepted += mark->accepted;
        latency.add(mark->latency);
    }
    if (mark == unsettled_.begin()) {
        return true;
    }
    if (const Result<void> stands = transport_->check(); !stands) {
        fail(stands.error().text(), {});
        return false;
    }
    unsettled_.erase(unsettled_.begin(), mark);
    const Result<void> removed = spool_.remove_through(through);
    settled_through_ = through;
    {
        const std::lock_guard lock(mutex_);
        counts_.delivered += accepted;
        counts_.latency.add(latency);
        if (!removed) {
            error_ = removed.error().text();
        }
    }
    changed_.notify_all();
    return true;
}

void Courier::take(const std::vector<Parcel>& parcels, const SendReport& report) {
    const size_t done = report.accepted + (report.refused ? 1 : 0);
    if (done > 0) {
        sent_through_ = parcels[done - 1].sequence;
        unsettled_.push_back({Clock::now(), sent_through_, report.accepted,
                              latency_of(std::span(parcels).first(report.accepted))});
        backoff_.reset();
        const std::lock_guard lock(mutex_);
        counts_.refused += report.refused ? 1 : 0;
        counts_.is_failing = false;
        if (report.refused) {
            error_ = report.error;
        }
    }
    if (settle() && done < parcels.size() && !report.refused) {
        fail(report.error, report.wait_for);
    }
}

/// False when there was nothing to send.
bool Courier::step() {
    const Result<std::vector<Parcel>> parcels =
        spool_.read(sent_through_, transport_->largest_batch(), kMostBytes);
    if (!parcels) {
        fail(parcels.error().text(), {});
        return true;
    }
    if (parcels->empty()) {
        return !settle();
    }
    take(*parcels, transport_->send(*parcels));
    return true;
}

void Courier::wait_for_more() {
    std::unique_lock lock(mutex_);
    const auto has_reason = [this] { return is_woken_ || is_stopped_; };
    if (unsettled_.empty()) {
        changed_.wait(lock, has_reason);
    } else {
        changed_.wait_until(lock, unsettled_.front().when + transport_->settling(), has_reason);
    }
}

void Courier::work() {
    block_signals();
    while (true) {
        {
            const std::lock_guard lock(mutex_);
            if (is_stopped_) {
                return;
            }
            is_woken_ = false;
        }
        if (!step()) {
            wait_for_more();
        }
    }
}

}  // namespace saker::outputs
