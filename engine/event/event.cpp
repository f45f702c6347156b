#include "engine/event/event.h"

#include <sys/socket.h>

#include "engine/event/system_calls.h"

namespace saker {
namespace {

bool texts_are_inside(const EventRow& row, const std::byte* bytes, uint32_t size) {
    for (const uint16_t place : row.texts) {
        const auto& where = *reinterpret_cast<const text_ref*>(bytes + place);
        const bool is_inside =
            where.offset >= row.size && where.offset <= size && where.length <= size - where.offset;
        if (where.length != 0 && !is_inside) {
            return false;
        }
    }
    return true;
}

std::array<bool, kEventKinds> make_captured() {
    std::array<bool, kEventKinds> captured{};
    for (const SystemCall& call : system_calls()) {
        captured[index_of(call.kind)] = call.is_there();
    }
    for (const EventRow& row : kEventTable) {
        captured[index_of(row.kind)] = !row.is_internal() && !row.stands_for_others();
    }
    return captured;
}

template <class Number>
int64_t widened(const std::byte* from) {
    Number number;
    std::memcpy(&number, from, sizeof number);
    return static_cast<int64_t>(number);
}

constexpr bool is_signed(MemberType type) {
    return type == MemberType::number || type == MemberType::result || type == MemberType::fd ||
           type == MemberType::pid;
}

}  // namespace

bool is_captured(EventKind kind) {
    static const auto captured = make_captured();
    return captured[index_of(kind)];
}

std::optional<Event> Event::parse(std::span<const std::byte> record) {
    if (record.size() < sizeof(event_header) ||
        reinterpret_cast<uintptr_t>(record.data()) % alignof(event_header) != 0) {
        return std::nullopt;
    }
    const auto& header = *reinterpret_cast<const event_header*>(record.data());
    if (header.event >= EVENT_COUNT || header.lane >= LANE_COUNT || header.size > record.size()) {
        return std::nullopt;
    }
    const EventRow& row = event_table::kRows[header.event];
    if (header.size < row.size || !texts_are_inside(row, record.data(), header.size)) {
        return std::nullopt;
    }
    return Event(record.data());
}

EventKind Event::kind() const {
    if (const auto* other = as<syscall_event>()) {
        return kind_of_call(other->nativeID, has(RECORD_COMPAT)).value_or(row().kind);
    }
    return row().kind;
}

int64_t Event::number(const Member& member) const {
    const std::byte* from = bytes_ + member.offset;
    const bool is_negative_possible = is_signed(member.type);
    switch (member.size) {
        case 8:
            return widened<int64_t>(from);
        case 4:
            return is_negative_possible ? widened<int32_t>(from) : widened<uint32_t>(from);
        case 2:
            return is_negative_possible ? widened<int16_t>(from) : widened<uint16_t>(from);
        default:
            return widened<uint8_t>(from);
    }
}

std::optional<int64_t> result_of(const Event& event) {
    if (const Member* result = event.member<"res">()) {
        return event.number(*result);
    }
    return event.number<"fd">();
}

std::optional<Address> address_of(const endpoint& end) {
    static constexpr std::array<uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    Address address;
    if (end.family == AF_INET) {
        std::copy_n(end.address, 4, address.bytes.begin());
        return address;
    }
    if (end.family != AF_INET6) {
        return std::nullopt;
    }
    if (std::equal(kMapped.begin(), kMapped.end(), end.address)) {
        std::copy_n(end.address + kMapped.size(), 4, address.bytes.begin());
        return address;
    }
    std::copy_n(end.address, 16, address.bytes.begin());
    address.is_v6 = true;
    return address;
}

}  // namespace saker
