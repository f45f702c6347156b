#include "outputs/spooled.h"

#include <utility>

namespace saker::outputs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{100};  // between attempts to write, or looks for room

}  // namespace

Spooled::Spooled(std::unique_ptr<Spool> spool, Remote remote, bool waits, BackoffOptions backoff)
    : spool_(std::move(spool)),
      encode_(std::move(remote.encode)),
      waits_(waits),
      courier_(*spool_, std::move(remote.transport), backoff) {
    if (spool_->put_aside()) {
        error_ =
            "the spool was broken: it is put aside as *.broken, and what waited in it was not "
            "sent";
    }
}

Result<void> Spooled::deliver(const Alert& alert) {
    const Delivered done = deliver_group({&alert, 1});
    return done.count == 1 ? Result<void>() : Result<void>(Error{done.error});
}

Delivered Spooled::deliver_group(std::span<const Alert> alerts) {
    parcels_.resize(alerts.size());
    for (size_t i = 0; i < alerts.size(); ++i) {
        parcels_[i].id = alerts[i].id;
        parcels_[i].rule = alerts[i].rule;
        parcels_[i].body.clear();
        encode_(alerts[i], parcels_[i].body);
    }
    if (waits_) {
        wait_for_room();
    }
    Result<void> added = spool_->add(parcels_);
    while (!added && !is_stopped_) {
        note_error(added.error().text());
        std::this_thread::sleep_for(kPause);
        added = spool_->add(parcels_);
    }
    if (!added) {
        return {0, added.error().text()};
    }
    courier_.wake();
    return {alerts.size(), {}};
}

void Spooled::wait_for_room() {
    uint64_t bytes = 0;
    for (const Parcel& parcel : parcels_) {
        bytes += Spool::size_of(parcel);
    }
    while (!spool_->has_room(bytes) && !is_stopped_) {
        courier_.drain(Clock::now() + kPause, true);
    }
}

void Spooled::stop_waiting() {
    is_stopped_ = true;
}

/// What is on disk can wait for the next start; what is in memory cannot.
void Spooled::drain(Clock::time_point deadline) {
    courier_.drain(deadline, spool_->is_in_memory());
    courier_.stop();
}

OutputCounts Spooled::counts() const {
    const CourierCounts carried = courier_.counts();
    const SpoolCounts spooled = spool_->counts();
    return {.delivered = carried.delivered,
            .dropped = spooled.dropped,
            .failed = carried.refused,
            .waiting = spooled.waiting,
            .waiting_bytes = spooled.waiting_bytes,
            .attempts_failed = carried.failures,
            .keeps_waiting = !spool_->is_in_memory()};
}

void Spooled::note_error(std::string error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
}

std::string Spooled::take_error() {
    {
        const std::lock_guard lock(mutex_);
        if (!error_.empty()) {
            return std::exchange(error_, {});
        }
    }
    return courier_.take_error();
}

}  // namespace saker::outputs
