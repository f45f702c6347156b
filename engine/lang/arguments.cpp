#include "engine/lang/arguments.h"

#include <fcntl.h>

#include <algorithm>

#include "engine/event/format.h"
#include "engine/lang/event_arguments.h"
#include "engine/lang/process_readers.h"
#include "engine/lang/subject.h"

namespace saker::lang {
namespace {

/// Arguments our peers' events have as members of their own and ours have in the header or the
/// state.
struct Borrowed {
    std::string_view name;
    std::optional<int64_t> (*number)(const Context&);
    std::string_view (*text)(const Context&);
};

template <uint32_t event_header::*member>
std::optional<int64_t> from_header(const Context& context) {
    return context.event.header().*member;
}

constexpr Borrowed kOfProcess[] = {
    {"tid", from_header<&event_header::tid>, nullptr},
    {"pid", from_header<&event_header::pid>, nullptr},
    {"vtid", from_header<&event_header::vtid>, nullptr},
    {"vpid", from_header<&event_header::vpid>, nullptr},
    {"uid", from_header<&event_header::euid>, nullptr},
    {"gid", from_header<&event_header::egid>, nullptr},
    {"comm", nullptr, [](const Context& context) { return context.event.comm(); }},
    {"exe", nullptr, [](const Context& context) { return exe_of(context.process); }},
    {"args", nullptr,
     [](const Context& context) { return context.process.program->joined_args(); }},
    {"cwd", nullptr, [](const Context& context) { return std::string_view(context.process.cwd); }},
};

const Borrowed* borrowed(const Event& event, std::string_view name) {
    const bool is_birth = event.member<"ptid">() != nullptr;
    const auto* found = std::ranges::find(kOfProcess, name, &Borrowed::name);
    return is_birth && found != std::end(kOfProcess) ? found : nullptr;
}

const Member* member_of(const Event& event, const FieldArgument& argument) {
    if (argument.members) {
        return argument.members[event.id()];
    }
    if (!argument.index) {
        return event.member(argument.text);
    }
    const auto members = event.row().members;
    const auto index = static_cast<size_t>(*argument.index);
    return *argument.index >= 0 && index < members.size() ? &members[index] : nullptr;
}

bool is_absent(const Event& event, const Member& member) {
    if (is_variable(member.type)) {
        return event.text(member).empty();
    }
    return member.type == MemberType::endpoint && event.end(member).family == 0;
}

/// What a descriptor stands for, where the event says: `<f>/etc/passwd`.
bool print_descriptor(ScratchText& out, const Context& context, const Member& member,
                      Scratch& scratch) {
    const Event& event = context.event;
    if (member.name != "fd") {
        const bool is_cwd = event.number(member) == AT_FDCWD;
        out.add(is_cwd ? "AT_FDCWD" : "");
        return is_cwd;
    }
    const char type = fd_type_character(type_of_subject(event));
    if (event.number(member) < 0 || type == '\0') {
        return false;
    }
    out.add('<').add(type).add('>');
    if (has_socket(event)) {
        print_socket(out, event);
    } else if (const Names names = names_of(context, path_of(event), scratch); !names.empty()) {
        out.add(*names.begin());
    }
    return true;
}

bool print_account(ScratchText& out, const Context& context, const Member& member) {
    const auto id = static_cast<uint32_t>(context.event.number(member));
    if (member.type == MemberType::uid) {
        const User* user = context.state.user(context.event, context.process, id);
        out.add(user ? std::string_view(user->name) : std::string_view());
    } else {
        const std::string* group = context.state.group(context.event, context.process, id);
        out.add(group ? std::string_view(*group) : std::string_view());
    }
    return !out.empty();
}

/// Asked paths begin where their directory member says.
std::string_view directory_for(const Event& event, const Member& member) {
    if (member.name == "oldpath") {
        return event.text<"old_directory">();
    }
    return member.name == "newpath" ? event.text<"new_directory">() : event.text<"directory">();
}

/// The form that tells more than the number or text itself; false when there is none.
bool print_resolved(ScratchText& out, const Context& context, const Member& member,
                    Scratch& scratch) {
    const Event& event = context.event;
    switch (member.type) {
        case MemberType::fd:
            if (print_descriptor(out, context, member, scratch)) {
                return true;
            }
            [[fallthrough]];
        case MemberType::result:
        case MemberType::pid: {
            const int64_t number = event.number(member);
            out.add(number < 0 ? error_name(number) : std::string_view());
            return !out.empty();
        }
        case MemberType::uid:
        case MemberType::gid:
            return print_account(out, context, member);
        case MemberType::path: {
            const std::string_view name = event.text(member);
            const std::string_view whole =
                absolute(context, directory_for(event, member), name, scratch);
            out.add(whole);
            return whole != name;
        }
        default:
            if (has_names(member.type)) {
                print_member(out, event, member);
            }
            return !out.empty();
    }
}

/// The record of a program that was started may have only the begin of its arguments.
bool has_more_in_state(const Event& event, const Member& member) {
    return member.name == "args" && event.member<"trusted_exepath">() != nullptr &&
           event.number<"res">() == 0;
}

void print_plain(ScratchText& out, const Event& event, const Member& member) {
    if (has_names(member.type) || member.type == MemberType::fd ||
        member.type == MemberType::result || member.type == MemberType::pid) {
        out.add_number(event.number(member));
    } else {
        print_member(out, event, member);
    }
}

}  // namespace

void add_argument(const Context& context, const FieldArgument& argument, Values& out) {
    const Event& event = context.event;
    ScratchText text(out.scratch());
    if (const Member* member = member_of(event, argument)) {
        if (is_absent(event, *member) && member->type != MemberType::path) {
            return;
        }
        if (has_more_in_state(event, *member)) {
            out.add(context.process.program->joined_args());
            return;
        }
        if (!print_resolved(text, context, *member, out.scratch()) && text.empty()) {
            print_plain(text, event, *member);
        }
        out.add(text.view());
    } else if (argument.text == "tuple" && has_socket(event)) {
        print_socket(text, event);
        out.add(text.view());
    } else if (const Borrowed* found = borrowed(event, argument.text)) {
        out.add(found->text ? found->text(context)
                            : text.add_number(found->number(context).value_or(0)).view());
    }
}

void add_raw_argument(const Context& context, const FieldArgument& argument, Values& out) {
    const Event& event = context.event;
    const Member* member = member_of(event, argument);
    const Borrowed* found = member ? nullptr : borrowed(event, argument.text);
    if (member ? is_variable(member->type) : found && found->text) {
        out.add(member ? event.text(*member) : found->text(context));
        return;
    }
    if ((member && member->type == MemberType::endpoint) || (!member && !found)) {
        return;
    }
    const int64_t number = member ? event.number(*member) : found->number(context).value_or(0);
    switch (event_argument_type(argument.text).value_or(FieldType::signed_number)) {
        case FieldType::signed_number:
            out.add(number);
            break;
        case FieldType::boolean:
            out.add(number != 0);
            break;
        default:
            out.add(static_cast<uint64_t>(number));
    }
}

void add_all_arguments(const Context& context, Values& out) {
    const Event& event = context.event;
    ScratchText all(out.scratch());
    for (const Member& member : event.row().members) {
        if (is_absent(event, member)) {
            continue;
        }
        ScratchText plain(out.scratch());
        ScratchText resolved(out.scratch());
        print_plain(plain, event, member);
        all.add(all.empty() ? "" : " ").add(member.name).add('=').add(plain.view());
        if (print_resolved(resolved, context, member, out.scratch()) &&
            resolved.view() != plain.view()) {
            all.add('(').add(resolved.view()).add(')');
        }
    }
    out.add(all.view());
}

}  // namespace saker::lang
