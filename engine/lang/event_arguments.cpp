#include "engine/lang/event_arguments.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "engine/event/event.h"
#include "engine/event/event_table.h"

namespace saker::lang {
namespace {

struct Argument {
    std::string_view name;
    FieldType type;
};

constexpr auto kArguments = std::to_array<Argument>({
#include "engine/lang/event_arguments.inc"
});

FieldType type_of(MemberType type) {
    switch (type) {
        case MemberType::number:
        case MemberType::result:
        case MemberType::fd:
        case MemberType::pid:
            return FieldType::signed_number;
        case MemberType::uid:
        case MemberType::gid:
        case MemberType::endpoint:
        case MemberType::sockaddr:
            return FieldType::dynamic;
        case MemberType::boolean:
            return FieldType::boolean;
        case MemberType::time:
            return FieldType::absolute_time;
        case MemberType::duration:
            return FieldType::relative_time;
        case MemberType::text:
        case MemberType::path:
        case MemberType::strings:
            return FieldType::text;
        case MemberType::bytes:
            return FieldType::bytes;
        default:
            return FieldType::unsigned_number;
    }
}

}  // namespace

std::optional<FieldType> event_argument_type(std::string_view name) {
    const auto* known = std::ranges::lower_bound(kArguments, name, {}, &Argument::name);
    if (known != kArguments.end() && known->name == name) {
        return known->type;
    }
    for (const EventRow& row : kEventTable) {
        if (const Member* member = find_member(row, name)) {
            return type_of(member->type);
        }
    }
    return std::nullopt;
}

const Member* const* member_column(std::string_view name) {
    using Column = std::array<const Member*, EVENT_COUNT>;
    static const std::unordered_map<std::string_view, Column> columns = [] {
        std::unordered_map<std::string_view, Column> made;
        for (size_t id = 0; id < EVENT_COUNT; ++id) {
            for (const Member& member : event_table::kRows[id].members) {
                made[member.name][id] = &member;
            }
        }
        return made;
    }();
    const auto found = columns.find(name);
    return found == columns.end() ? nullptr : found->second.data();
}

std::vector<std::string_view> event_argument_names() {
    std::vector<std::string_view> names;
    std::ranges::transform(kArguments, std::back_inserter(names), &Argument::name);
    for (const EventRow& row : kEventTable) {
        std::ranges::transform(row.members, std::back_inserter(names), &Member::name);
    }
    return names;
}

}  // namespace saker::lang
