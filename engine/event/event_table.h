// The events of probes/events.def as data: every event, its lane, words and members.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/event/event_kind.h"
#include "probes/events.h"

namespace saker {

/// The ev_* types of probes/events.h: how a member is stored and, in format.h, printed.
enum class MemberType : uint8_t {
    number,
    size,
    result,
    fd,
    pid,
    uid,
    gid,
    device,
    inode,
    time,
    duration,
    capabilities,
    boolean,
    open_flags,
    file_mode,
    permissions,
    octal,
    clone_flags,
    at_flags,
    rename_flags,
    mount_flags,
    umount_flags,
    descriptor_flags,
    resolve_flags,
    setid_flags,
    access_bits,
    attribute_flags,
    access_mode,
    capability,
    bpf_command,
    bpf_program_type,
    bpf_attach_type,
    bpf_map_type,
    protection,
    map_flags,
    kernel_file,
    module_taints,
    uring_flags,
    resource,
    ptrace_request,
    prctl_option,
    keyctl_operation,
    uring_register,
    uring_enter_flags,
    seccomp_operation,
    memfd_flags,
    module_flags,
    reboot_command,
    fanotify_flags,
    mlockall_flags,
    userfault_flags,
    clock,
    persona,
    file_flags,
    fd_type,
    signal,
    family,
    socket_type,
    protocol,
    endpoint,
    text,
    path,
    strings,
    bytes,
    sockaddr,
};

/// One member of one event.
struct Member {
    std::string_view name;
    std::string_view help;
    MemberType type;
    uint16_t offset;  // from the record's start
    uint16_t size;    // of the fixed part
};

/// Stored as a text_ref, its bytes being behind the fixed part.
constexpr bool is_variable(MemberType type) {
    return type >= MemberType::text;
}

/// One event this build captures.
struct EventRow {
    std::string_view name;
    EventKind kind;
    lane ring;
    std::string_view category;
    std::string_view help;
    std::span<const Member> members;
    std::span<const uint16_t> texts;  // where the text_refs of variable members lie
    uint32_t size;                    // of the fixed part, header included

    /// For state only: rules never see it.
    constexpr bool is_internal() const { return category == "internal"; }

    /// Its records are of calls without a row, each under its own name.
    constexpr bool stands_for_others() const { return name == "syscall"; }
};

namespace event_table {

constexpr size_t count_texts(std::span<const Member> members) {
    return static_cast<size_t>(std::ranges::count_if(
        members, [](const Member& member) { return is_variable(member.type); }));
}

template <size_t count>
constexpr std::array<uint16_t, count> places_of_texts(std::span<const Member> members) {
    std::array<uint16_t, count> places{};
    size_t filled = 0;
    for (const Member& member : members) {
        if (is_variable(member.type)) {
            places[filled++] = member.offset;
        }
    }
    return places;
}

#define FIELD(type, name, doc)                                                          \
    Member{#name, doc, MemberType::type, static_cast<uint16_t>(offsetof(Record, name)), \
           static_cast<uint16_t>(sizeof(Record::name))},
#define EVENT(name, lane, category, doc, ...)                                   \
    struct name##_members {                                                     \
        using Record = name##_event;                                            \
        static constexpr auto rows = std::to_array<Member>({__VA_ARGS__});      \
        static constexpr auto texts = places_of_texts<count_texts(rows)>(rows); \
    };
#include "probes/events.def"
#undef EVENT
#define EVENT(name, lane, category, doc, ...)                               \
    EventRow{#name, event_kind(#name),    LANE_##lane,           #category, \
             doc,   name##_members::rows, name##_members::texts, sizeof(name##_event)},
inline constexpr auto kRows = std::to_array<EventRow>({
#include "probes/events.def"
});
#undef EVENT
#undef FIELD

}  // namespace event_table

/// Every event this build captures, indexed by event_id.
inline constexpr std::span<const EventRow> kEventTable{event_table::kRows};

/// The member of that name of an event; null if it has none.
constexpr const Member* find_member(const EventRow& row, std::string_view name) {
    for (const Member& member : row.members) {
        if (member.name == name) {
            return &member;
        }
    }
    return nullptr;
}

}  // namespace saker
