// Builds records as the probes lay them out, member by member and by name, for tests.
#pragma once

#include <arpa/inet.h>

#include <cstring>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"

namespace saker::test {

/// `Record("openat").by(10, 1000, 1, "cat").set("fd", 3).text("name", "/etc/shadow").event()`.
/// A name the event does not have is the test's mistake and throws.
class Record {
  public:
    explicit Record(std::string_view event) {
        for (uint16_t id = 0; id < EVENT_COUNT; ++id) {
            if (kEventTable[id].name == event) {
                row_ = &kEventTable[id];
                words_.resize((row_->size + 7) / 8);
                header().event = id;
                header().lane = static_cast<uint8_t>(row_->ring);
                header().size = size();
            }
        }
        if (!row_) {
            throw std::invalid_argument("no event " + std::string(event));
        }
    }

    event_header& header() { return *reinterpret_cast<event_header*>(words_.data()); }

    /// The process that acts: its pid in every namespace, its identity and its name.
    Record& by(uint32_t pid, uint64_t start_time, uint32_t exec_id, std::string_view comm) {
        header().pid = header().tid = header().vpid = header().vtid = pid;
        header().start_time = start_time;
        header().exec_id = exec_id;
        std::memset(header().comm, 0, sizeof header().comm);
        comm.copy(header().comm, sizeof header().comm - 1);
        return *this;
    }
    Record& at(uint64_t time) {
        header().time = time;
        return *this;
    }
    Record& flag(record_flag flag) {
        header().flags |= flag;
        return *this;
    }

    Record& set(std::string_view name, int64_t number) {
        const Member& member = find(name);
        std::memcpy(bytes() + member.offset, &number, member.size);
        return *this;
    }
    Record& text(std::string_view name, std::string_view text) {
        const Member& member = find(name);
        const text_ref where{size(), static_cast<uint32_t>(text.size())};
        std::memcpy(bytes() + member.offset, &where, sizeof where);
        tail_ += text;
        words_.resize((row_->size + 7) / 8 + (tail_.size() + 15) / 8);
        std::memcpy(bytes() + row_->size, tail_.data(), tail_.size());
        header().size = size();
        return *this;
    }
    Record& strings(std::string_view name, std::initializer_list<std::string_view> items) {
        std::string all;
        for (const std::string_view item : items) {
            all += item;
            all += '\0';
        }
        return text(name, all);
    }
    Record& end(std::string_view name, const char* address, uint16_t port) {
        endpoint& end = *reinterpret_cast<endpoint*>(bytes() + find(name).offset);
        end.port = port;
        end.family = ::inet_pton(AF_INET, address, end.address) == 1 ? AF_INET : AF_INET6;
        if (end.family == AF_INET6 && ::inet_pton(AF_INET6, address, end.address) != 1) {
            throw std::invalid_argument(address);
        }
        return *this;
    }

    std::span<const std::byte> span() { return {bytes(), size()}; }
    Event event() { return Event::parse(span()).value(); }

  private:
    const Member& find(std::string_view name) const {
        const Member* member = find_member(*row_, name);
        if (!member) {
            throw std::invalid_argument(std::string(row_->name) + " has no " + std::string(name));
        }
        return *member;
    }
    uint32_t size() const { return row_->size + static_cast<uint32_t>(tail_.size()); }
    std::byte* bytes() { return reinterpret_cast<std::byte*>(words_.data()); }

    const EventRow* row_ = nullptr;
    std::vector<uint64_t> words_;
    std::string tail_;
};

}  // namespace saker::test
