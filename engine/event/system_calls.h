// What the kernel calls by number: every system call this build knows, and its name.
#pragma once

#include <optional>
#include <span>

#include "engine/event/event_kind.h"

namespace saker {

/// The numbers of one call on this machine, as it calls them itself and as 32-bit programs do; -1
/// where it has none.
struct SystemCall {
    EventKind kind;
    int native;
    int compat;
    int second_compat;  // of its elder or younger form

    bool is_there() const { return native >= 0 || compat >= 0 || second_compat >= 0; }
};

/// Every call, those with an event of their own among them; in no order.
std::span<const SystemCall> system_calls();

/// The call of that name; null when it is none, or has no number on any machine.
const SystemCall* find_system_call(EventKind kind);

/// Which call a number means; nothing when it is nobody's.
std::optional<EventKind> kind_of_call(uint64_t number, bool is_compat);

}  // namespace saker
