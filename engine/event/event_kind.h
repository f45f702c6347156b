// What an event is called: one number for every name `evt.type` may be compared with.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace saker {

/// An index into the sorted list of event names. Stable within a build, not between builds.
enum class EventKind : uint16_t {};

/// One event name rules may use, whether or not this build can capture it.
struct EventName {
    std::string_view name;
    std::string_view category;
    bool is_syscall = true;
};

inline constexpr auto kEventNames = std::to_array<EventName>({
#include "engine/event/event_names.inc"
});

inline constexpr size_t kEventKinds = kEventNames.size();

constexpr size_t index_of(EventKind kind) {
    return static_cast<size_t>(kind);
}

/// The kind of that name; nothing when no event is called so.
constexpr std::optional<EventKind> find_event_kind(std::string_view name) {
    const auto found = std::ranges::lower_bound(kEventNames, name, {}, &EventName::name);
    if (found == kEventNames.end() || found->name != name) {
        return std::nullopt;
    }
    return static_cast<EventKind>(found - kEventNames.begin());
}

/// The kind of a name known when this is compiled: a name that is not in the list does not compile.
consteval EventKind event_kind(std::string_view name) {
    return find_event_kind(name).value();
}

constexpr std::string_view name_of(EventKind kind) {
    return kEventNames[index_of(kind)].name;
}

constexpr std::string_view category_of(EventKind kind) {
    return kEventNames[index_of(kind)].category;
}

/// False for what a kernel hook reports under its own name.
constexpr bool is_syscall(EventKind kind) {
    return kEventNames[index_of(kind)].is_syscall;
}

/// Rules can see it: this build has a probe for it, or it is a call of this machine.
bool is_captured(EventKind kind);

}  // namespace saker
