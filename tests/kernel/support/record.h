// One record a test caught, with words to ask it by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"

namespace saker::kernel_tests {

/// Owns a record's bytes. Asking for a member the event does not have fails the test case.
class Record {
  public:
    explicit Record(std::span<const std::byte> bytes);

    Event event() const;
    const event_header& header() const;
    std::string_view name() const { return event().name(); }
    bool has(record_flag flag) const { return event().has(flag); }
    bool is_snapshot() const { return has(RECORD_SNAPSHOT); }

    int64_t number(std::string_view member) const;
    std::string text(std::string_view member) const;
    std::vector<std::string> strings(std::string_view member) const;

    /// `127.0.0.1:80`, `[::1]:80`, `unix`, or `none`.
    std::string end(std::string_view member) const;

    /// Every member in one line, for the person who reads a failed test.
    std::string tell() const;

  private:
    const Member& member(std::string_view name) const;

    std::vector<uint64_t> words_;
};

/// What a record must satisfy to be the one looked for.
using Trait = std::function<bool(const Record&)>;

/// The text member is exactly this.
Trait says(std::string member, std::string text);
/// The number member is exactly this.
Trait counts(std::string member, int64_t number);
/// The act of this process.
Trait by(pid_t pid);
/// The act was asked for this way.
Trait via(event_via way);

}  // namespace saker::kernel_tests
