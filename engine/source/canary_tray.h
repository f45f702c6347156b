// Records of our own acts, put aside by the thread that polls for the one that proves hooks.
#pragma once

#include <atomic>
#include <cstring>
#include <mutex>
#include <vector>

#include "engine/source/source.h"
#include "probes/events.h"

namespace saker {

class CanaryTray {
  public:
    /// Somebody waits for canaries.
    bool is_open() const { return is_open_.load(std::memory_order_acquire); }

    void open() {
        const std::lock_guard lock(mutex_);
        records_.clear();
        is_open_.store(true, std::memory_order_release);
    }

    /// Nobody waits any more. Gives back what was put aside, one behind the other.
    std::vector<std::byte> close() {
        is_open_.store(false, std::memory_order_release);
        const std::lock_guard lock(mutex_);
        return std::move(records_);
    }

    /// Copies canaries into the tray and passes everything on.
    class Sieve final : public RecordSink {
      public:
        Sieve(CanaryTray& tray, RecordSink& sink) : tray_(tray), sink_(sink) {}

        void take(std::span<const std::byte> record) override {
            event_header header;
            std::memcpy(&header, record.data(), sizeof(header));
            if ((header.flags & RECORD_CANARY) != 0) {
                const std::lock_guard lock(tray_.mutex_);
                tray_.records_.insert(tray_.records_.end(), record.begin(), record.end());
            }
            sink_.take(record);
        }

      private:
        CanaryTray& tray_;
        RecordSink& sink_;
    };

  private:
    std::atomic<bool> is_open_ = false;
    std::mutex mutex_;
    std::vector<std::byte> records_;
};

}  // namespace saker
