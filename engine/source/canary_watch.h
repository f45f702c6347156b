// Which of our own acts came back as records.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "engine/source/hooks.h"
#include "engine/source/source.h"

namespace saker {

/// Keeps what others did while we prove our hooks, and notes whose canaries arrived.
class CanaryWatch final : public RecordSink {
  public:
    explicit CanaryWatch(std::vector<std::byte>& early) : early_(early) {}

    void take(std::span<const std::byte> record) override {
        event_header header;
        std::memcpy(&header, record.data(), sizeof(header));
        if (!(header.flags & RECORD_CANARY)) {
            early_.insert(early_.end(), record.begin(), record.end());
            return;
        }
        (header.via == VIA_io_uring ? through_uring_ : seen_).set(header.event);
        if (header.flags & RECORD_TOCTOU) {
            asked_twice_.set(header.event);
        }
        if (!succeeded(record)) {
            failed_.set(header.event);
        }
        if (!(header.flags & doubts_about(header.event)) && succeeded(record)) {
            certain_.set(header.event);
        }
    }

    /// What was seen before does not count any more.
    void forget() {
        for (EventSet* set : {&seen_, &failed_, &asked_twice_, &through_uring_, &certain_}) {
            set->reset();
        }
    }

    /// The hook reported one of our acts; where no report of its own is wanted, it made that of a
    /// system call certain.
    bool proves(const Hook& hook, const EventSet& wanted) const {
        const EventSet& reported = hook.via == VIA_io_uring ? through_uring_
                                   : hook.failures_only     ? failed_
                                                            : seen_;
        if (hook.for_doubts) {
            return (hook.supports & asked_twice_).any();
        }
        const bool reports = hook.always || (hook.events & wanted).any();
        return reports ? (hook.events & reported).any() : (hook.supports & certain_).any();
    }

  private:
    /// A socket is always looked up by its descriptor; a hook tells the address.
    static uint16_t doubts_about(uint16_t event) {
        return event == EVENT_connect ? RECORD_UNRESOLVED : RECORD_UNRESOLVED | RECORD_FD_LOOKUP;
    }

    /// What failed is certain without any hook's help.
    static bool succeeded(std::span<const std::byte> record) {
        const auto* header = reinterpret_cast<const event_header*>(record.data());
        switch (header->event) {
            case EVENT_open:
            case EVENT_openat:
            case EVENT_openat2:
            case EVENT_creat:
                return reinterpret_cast<const openat2_event*>(header)->fd >= 0;
            case EVENT_execve:
            case EVENT_execveat:
                return reinterpret_cast<const execve_event*>(header)->res == 0;
            case EVENT_fork:
            case EVENT_vfork:
            case EVENT_clone:
            case EVENT_clone3:
                return reinterpret_cast<const fork_event*>(header)->res >= 0;
            default:
                return true;
        }
    }

    std::vector<std::byte>& early_;
    EventSet seen_;
    EventSet failed_;
    EventSet asked_twice_;  // the begin of the call was seen too
    EventSet through_uring_;
    EventSet certain_;  // with the very object, not one looked up afterwards
};

}  // namespace saker
