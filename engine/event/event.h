// A checked view of one record: what the kernel said, read in place.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/value.h"
#include "engine/event/event_table.h"

namespace saker {

/// A member's name as a template argument: `event.member<"fd">()`.
template <size_t N>
struct MemberName {
    char text[N];
    consteval MemberName(const char (&name)[N]) { std::copy_n(name, N, text); }
    constexpr std::string_view view() const { return {text, N - 1}; }
};

namespace event_table {

template <MemberName name>
constexpr auto make_column() {
    std::array<const Member*, EVENT_COUNT> column{};
    for (size_t id = 0; id < EVENT_COUNT; ++id) {
        column[id] = find_member(kRows[id], name.view());
    }
    return column;
}

/// Where every event keeps the member of that name; null where it has none.
template <MemberName name>
inline constexpr auto kColumn = make_column<name>();

template <class Record>
inline constexpr event_id kIdOf = EVENT_COUNT;
#define FIELD(type, name, doc)
#define EVENT(name, lane, category, doc, ...) \
    template <>                               \
    inline constexpr event_id kIdOf<name##_event> = EVENT_##name;
#include "probes/events.def"
#undef EVENT
#undef FIELD

}  // namespace event_table

/// One record, whole and in bounds; a loan of the record's bytes.
class Event {
  public:
    /// Nothing when the bytes are no record of this build: too short, misaligned, an unknown event,
    /// or a text that lies outside. The bytes must be 8-byte aligned and outlive the view.
    static std::optional<Event> parse(std::span<const std::byte> record);

    const event_header& header() const { return *reinterpret_cast<const event_header*>(bytes_); }
    event_id id() const { return static_cast<event_id>(header().event); }
    const EventRow& row() const { return event_table::kRows[header().event]; }
    /// What rules know it by: of a call without a row of its own the call's.
    EventKind kind() const;
    std::string_view name() const { return name_of(kind()); }
    std::string_view category() const {
        return id() == EVENT_syscall ? category_of(kind()) : row().category;
    }
    bool has(record_flag flag) const { return (header().flags & flag) != 0; }
    std::string_view comm() const {
        return {header().comm, ::strnlen(header().comm, sizeof(event_header::comm))};
    }
    std::span<const std::byte> bytes() const { return {bytes_, header().size}; }

    /// The record as the struct the probe filled; null when it is another event.
    template <class Record>
    const Record* as() const {
        static_assert(event_table::kIdOf<Record> != EVENT_COUNT);
        return header().event == event_table::kIdOf<Record>
                   ? reinterpret_cast<const Record*>(bytes_)
                   : nullptr;
    }

    /// This event's member of that name; null when it has none. Costs one table read.
    template <MemberName name>
    const Member* member() const {
        return event_table::kColumn<name>[header().event];
    }
    const Member* member(std::string_view name) const { return find_member(row(), name); }

    /// A member held as a number, widened with its sign. Not for variable members or endpoints.
    int64_t number(const Member& member) const;

    /// A variable member's bytes; of `strings` with the NUL behind each.
    std::string_view text(const Member& member) const {
        return text(*reinterpret_cast<const text_ref*>(bytes_ + member.offset));
    }
    std::string_view text(const text_ref& where) const {
        if (where.length == 0) {
            return {};
        }
        return {reinterpret_cast<const char*>(bytes_) + where.offset, where.length};
    }

    const endpoint& end(const Member& member) const {
        return *reinterpret_cast<const endpoint*>(bytes_ + member.offset);
    }

    /// Shorthands: nothing, or an empty text, when the event has no such member.
    template <MemberName name>
    std::optional<int64_t> number() const {
        const Member* found = member<name>();
        return found ? std::optional(number(*found)) : std::nullopt;
    }
    template <MemberName name>
    std::string_view text() const {
        const Member* found = member<name>();
        return found ? text(*found) : std::string_view();
    }

  private:
    explicit Event(const std::byte* bytes) : bytes_(bytes) {}

    const std::byte* bytes_;
};

/// What an act returned: member `res`, or `fd` where the descriptor is the result; nothing for
/// events that have no result.
std::optional<int64_t> result_of(const Event& event);

/// The address of an IPv4 or IPv6 end, IPv4-mapped ones as IPv4; nothing for other families.
std::optional<Address> address_of(const endpoint& end);

}  // namespace saker
