#include "outputs/delivery.h"

#include <algorithm>
#include <iterator>

#include "outputs/spool.h"
#include "outputs/threads.h"

namespace saker::outputs {
namespace {

constexpr size_t kMostBytes = 32 * 1024 * 1024;

/// About how much memory an alert holds: what hostile programs can make large.
size_t size_of(const Alert& alert) {
    size_t size = sizeof(Alert) + alert.message.size();
    for (const Ancestor& ancestor : alert.lineage) {
        size += sizeof(Ancestor) + ancestor.exepath.size() + ancestor.cmdline.size();
    }
    for (const rules::OutputField& field : alert.fields) {
        size += sizeof(field) + field.name.size();
        if (const auto* scalar = std::get_if<rules::OutputScalar>(&field.value)) {
            const auto* text = std::get_if<std::string>(scalar);
            size += text ? text->size() : 0;
        } else {
            for (const auto& item : std::get<std::vector<rules::OutputScalar>>(field.value)) {
                const auto* text = std::get_if<std::string>(&item);
                size += sizeof(item) + (text ? text->size() : 0);
            }
        }
    }
    return size;
}

}  // namespace

void DeliveryCounts::add(const DeliveryCounts& other) {
    delivered += other.delivered;
    dropped += other.dropped;
    failed += other.failed;
    queued += other.queued;
    spooled += other.spooled;
    spooled_bytes += other.spooled_bytes;
    attempts_failed += other.attempts_failed;
    broken_spools += other.broken_spools;
    latency.add(other.latency);
}

Delivery::Delivery(std::string name, std::unique_ptr<Output> output, size_t capacity,
                   WhenFull when_full, Filter filter)
    : name_(std::move(name)),
      output_(std::move(output)),
      capacity_(capacity),
      when_full_(when_full),
      filter_(std::move(filter)) {
    thread_ = std::thread([this] { work(); });
}

Delivery::~Delivery() {
    finish(std::chrono::milliseconds(0));
}

void Delivery::offer(Alert alert) {
    const size_t size = size_of(alert);
    {
        std::unique_lock lock(mutex_);
        if (when_full_ == WhenFull::waits) {
            changed_.wait(lock, [&] { return is_closing_ || has_room(size); });
        }
        if (is_closing_ || !has_room(size)) {
            ++counts_.dropped;
            return;
        }
        waiting_bytes_ += size;
        waiting_.push_back(std::move(alert));
    }
    changed_.notify_all();
}

/// One alert always fits an empty queue, however large it is.
bool Delivery::has_room(size_t size) const {
    return waiting_.empty() || (waiting_.size() < capacity_ && waiting_bytes_ + size <= kMostBytes);
}

void Delivery::finish(std::chrono::milliseconds patience) {
    if (!thread_.joinable()) {
        return;
    }
    const auto deadline = std::chrono::steady_clock::now() + patience;
    {
        std::unique_lock lock(mutex_);
        is_closing_ = true;
        changed_.notify_all();
        if (!changed_.wait_until(lock, deadline, [this] { return is_done_; })) {
            gives_up_ = true;
            output_->stop_waiting();
        }
    }
    thread_.join();
    output_->drain(deadline);
}

std::unique_ptr<Spool> Delivery::release_spool() {
    return output_->release_spool();
}

void Delivery::adopt_spool(std::unique_ptr<Spool> spool) {
    output_->adopt_spool(std::move(spool));
}

DeliveryCounts Delivery::counts() const {
    const OutputCounts kept = output_->counts();
    const std::lock_guard lock(mutex_);
    DeliveryCounts counts = counts_;
    counts.queued = waiting_.size();
    if (output_->keeps_alerts()) {
        counts.delivered = kept.delivered;
        counts.dropped += kept.dropped;
        counts.failed += kept.failed;
        counts.spooled = kept.waiting;
        counts.spooled_bytes = kept.waiting_bytes;
        counts.attempts_failed = kept.attempts_failed;
        counts.broken_spools = kept.broken_spools;
        counts.latency = kept.latency;
        if (is_done_ && !kept.keeps_waiting) {
            counts.dropped += kept.waiting;
            counts.spooled = counts.spooled_bytes = 0;
        }
    }
    return counts;
}

uint64_t Delivery::oldest_unsettled() const {
    const std::lock_guard lock(mutex_);
    uint64_t oldest = oldest_in_hand_;
    for (const Alert& alert : waiting_) {  // in the order told, which is not quite that of events
        oldest = std::min(oldest, alert.time);
    }
    return oldest;
}

std::string Delivery::take_error() {
    {
        const std::lock_guard lock(mutex_);
        if (!error_.empty()) {
            return std::exchange(error_, {});
        }
    }
    return output_->take_error();
}

void Delivery::note(const Delivered& done, std::span<const Alert> offered, uint64_t now) {
    counts_.delivered += done.count;
    counts_.failed += offered.size() - done.count;
    for (const Alert& alert : offered.first(done.count)) {
        counts_.latency.add(alert.is_summary ? 0 : alert.time, now);
    }
    if (done.count < offered.size()) {
        error_ = done.error;
    }
}

std::vector<Alert> Delivery::take_group() {
    std::vector<Alert> group;
    const size_t most = std::min(output_->largest_group(), waiting_.size());
    group.reserve(most);
    while (group.size() < most) {
        waiting_bytes_ -= size_of(waiting_.front());
        group.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        oldest_in_hand_ = std::min(oldest_in_hand_, group.back().time);
    }
    return group;
}

void Delivery::work() {
    block_signals();
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return !waiting_.empty() || is_closing_; });
        if (gives_up_) {
            counts_.dropped += waiting_.size();
            waiting_.clear();
        }
        if (waiting_.empty()) {
            is_done_ = true;
            changed_.notify_all();
            return;
        }
        const std::vector<Alert> group = take_group();
        changed_.notify_all();
        lock.unlock();
        const Delivered done = output_->deliver_group(group);
        const uint64_t now = wall_clock();
        lock.lock();
        oldest_in_hand_ = UINT64_MAX;
        note(done, group, now);
    }
}

}  // namespace saker::outputs
