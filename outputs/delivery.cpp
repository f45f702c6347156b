#include "outputs/delivery.h"

#include <pthread.h>

#include <csignal>

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

/// Signals are for the thread that waits for them, not for this one.
void block_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

Delivery::Delivery(std::string name, std::unique_ptr<Output> output, size_t capacity,
                   WhenFull when_full)
    : name_(std::move(name)),
      output_(std::move(output)),
      capacity_(capacity),
      when_full_(when_full) {
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
    {
        std::unique_lock lock(mutex_);
        is_closing_ = true;
        changed_.notify_all();
        if (!changed_.wait_for(lock, patience, [this] { return is_done_; })) {
            gives_up_ = true;
            output_->stop_waiting();
        }
    }
    thread_.join();
}

DeliveryCounts Delivery::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

std::string Delivery::take_error() {
    const std::lock_guard lock(mutex_);
    return std::exchange(error_, {});
}

void Delivery::note(const Result<void>& done) {
    if (done) {
        ++counts_.delivered;
        return;
    }
    ++counts_.failed;
    error_ = done.error().text();
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
        const Alert alert = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= size_of(alert);
        changed_.notify_all();
        lock.unlock();
        const Result<void> done = output_->deliver(alert);
        lock.lock();
        note(done);
    }
}

}  // namespace saker::outputs
