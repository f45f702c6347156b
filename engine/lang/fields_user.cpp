// The user and group rows of the field catalogue.
#include "engine/lang/field.h"
#include "engine/state/context.h"

namespace saker::lang {
namespace {

constexpr std::string_view kUnknown = "<NA>";
constexpr uint32_t kNobodyLoggedIn = UINT32_MAX;

/// A text of the user who acts, "<NA>" when no account has that id.
std::string_view text_of(const Context& context, std::string User::*text) {
    const User* user =
        context.state.user(context.event, context.process, context.event.header().euid);
    return user ? std::string_view(user->*text) : kUnknown;
}

/// Nothing where no earlier event of the process was seen.
std::optional<int64_t> known(uint32_t id) {
    return id != UINT32_MAX ? std::optional<int64_t>(id) : std::nullopt;
}

}  // namespace

std::span<const Field> user_fields() {
    static const Field rows[] = {
        {"user.uid",
         FieldType::unsigned_number,
         {},
         "The effective user id the process had at that moment.",
         [](const Context& context) { return context.event.header().euid; }},
        {"user.uid_before",
         FieldType::unsigned_number,
         {},
         "Saker's own: the effective user id the process had before a call that changes ids, or an "
         "exec; other events are told what it was before the last of these.",
         [](const Context& context) { return known(context.process.ids_before.effective); }},
        {"user.ruid_before",
         FieldType::unsigned_number,
         {},
         "Saker's own: the real user id, likewise.",
         [](const Context& context) { return known(context.process.ids_before.real); }},
        {"user.name",
         FieldType::text,
         {},
         "That user's name by the accounts of the process's own container, or the host's.",
         [](const Context& context) { return text_of(context, &User::name); }},
        {"user.homedir",
         FieldType::text,
         {},
         "That user's home directory.",
         [](const Context& context) { return text_of(context, &User::home); }},
        {"user.shell",
         FieldType::text,
         {},
         "That user's login shell.",
         [](const Context& context) { return text_of(context, &User::shell); }},
        {"user.loginuid",
         FieldType::signed_number,
         {},
         "The id of the user who logged in, which sudo and su leave alone; -1 when nobody did.",
         [](const Context& context) -> int64_t {
             const uint32_t uid = context.process.loginuid;
             return uid == kNobodyLoggedIn ? -1 : static_cast<int64_t>(uid);
         }},
        {"user.loginname",
         FieldType::text,
         {},
         "The name of the user who logged in.",
         [](const Context& context) {
             const uint32_t uid = context.process.loginuid;
             const User* user = uid == kNobodyLoggedIn
                                    ? nullptr
                                    : context.state.user(context.event, context.process, uid);
             return user ? std::string_view(user->name) : kUnknown;
         }},
        {"group.gid",
         FieldType::unsigned_number,
         {},
         "The effective group id the process had at that moment.",
         [](const Context& context) { return context.event.header().egid; }},
        {"group.name",
         FieldType::text,
         {},
         "That group's name by the accounts of the process's own container, or the host's.",
         [](const Context& context) {
             const std::string* name =
                 context.state.group(context.event, context.process, context.event.header().egid);
             return name ? std::string_view(*name) : kUnknown;
         }},
    };
    return rows;
}

}  // namespace saker::lang
