#include "outputs/spooled.h"

#include <utility>

namespace saker::outputs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{100};  // between attempts to write, or looks for room

}  // namespace

Spooled::Spooled(std::unique_ptr<Spool> spool, Remote remote, bool waits, BackoffOptions backoff)
    : encode_(std::move(remote.encode)), waits_(waits), backoff_(backoff) {
    if (spool->put_aside()) {
        error_ =
            "the spool was broken: it is put aside as *.broken, and what waited in it was not "
            "sent";
    }
    store_ = std::make_unique<Store>(std::move(spool), std::move(remote.transport), backoff);
}

Spooled::Spooled(SpoolOptions limits, Remote remote, bool waits, BackoffOptions backoff)
    : encode_(std::move(remote.encode)),
      waits_(waits),
      backoff_(backoff),
      limits_(std::move(limits)),
      transport_(std::move(remote.transport)) {}

Spooled::~Spooled() = default;

void Spooled::adopt_spool(std::unique_ptr<Spool> spool) {
    spool->set_limits(limits_.most_bytes, limits_.when_full);
    {
        const std::lock_guard lock(mutex_);
        store_ = std::make_unique<Store>(std::move(spool), std::move(transport_), backoff_);
    }
    changed_.notify_all();
}

std::unique_ptr<Spool> Spooled::release_spool() {
    const std::lock_guard lock(mutex_);
    if (!store_) {
        return nullptr;
    }
    store_->courier.stop();
    std::unique_ptr<Spool> spool = std::move(store_->spool);
    store_.reset();
    return spool;
}

Spooled::Store* Spooled::store() const {
    const std::lock_guard lock(mutex_);
    return store_.get();
}

/// Null when it was told to stop before there was one.
Spooled::Store* Spooled::wait_for_store() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return store_ != nullptr || is_stopped_; });
    return store_.get();
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
        parcels_[i].time = alerts[i].is_summary ? 0 : alerts[i].time;
        encode_(alerts[i], parcels_[i].body);
    }
    Store* const store = wait_for_store();
    if (store == nullptr) {
        return {0, "ended before the spool was handed over"};
    }
    if (waits_) {
        wait_for_room(*store);
    }
    Result<void> added = store->spool->add(parcels_);
    while (!added && !is_stopped_) {
        note_error(added.error().text());
        std::this_thread::sleep_for(kPause);
        added = store->spool->add(parcels_);
    }
    if (!added) {
        return {0, added.error().text()};
    }
    store->courier.wake();
    return {alerts.size(), {}};
}

void Spooled::wait_for_room(Store& store) {
    uint64_t bytes = 0;
    for (const Parcel& parcel : parcels_) {
        bytes += Spool::size_of(parcel);
    }
    while (!store.spool->has_room(bytes) && !is_stopped_) {
        store.courier.drain(Clock::now() + kPause, true);
    }
}

void Spooled::stop_waiting() {
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    changed_.notify_all();
}

/// What is on disk can wait for the next start; what is in memory cannot.
void Spooled::drain(Clock::time_point deadline) {
    if (Store* const store = this->store()) {
        store->courier.drain(deadline, store->spool->is_in_memory());
        store->courier.stop();
    }
}

OutputCounts Spooled::counts() const {
    const std::lock_guard lock(mutex_);
    if (!store_) {
        return {.keeps_waiting = true};
    }
    const CourierCounts carried = store_->courier.counts();
    const SpoolCounts spooled = store_->spool->counts();
    return {.delivered = carried.delivered,
            .dropped = spooled.dropped,
            .failed = carried.refused,
            .waiting = spooled.waiting,
            .waiting_bytes = spooled.waiting_bytes,
            .attempts_failed = carried.failures,
            .keeps_waiting = !store_->spool->is_in_memory(),
            .broken_spools = store_->spool->put_aside() ? 1U : 0U,
            .latency = carried.latency};
}

void Spooled::note_error(std::string error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
}

std::string Spooled::take_error() {
    const std::lock_guard lock(mutex_);
    if (!error_.empty()) {
        return std::exchange(error_, {});
    }
    return store_ ? store_->courier.take_error() : std::string();
}

}  // namespace saker::outputs
