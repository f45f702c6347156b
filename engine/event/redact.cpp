#include "engine/event/redact.h"

#include <algorithm>
#include <array>

#include "engine/event/event.h"
#include "engine/event/redact_scanner.h"

namespace saker {
namespace {

constexpr size_t kLongestName = 128;  // of a longer one the end tells

constexpr std::array<std::string_view, 18> kInNames{
    "password",   "passwd",     "passphrase",    "secret",     "token",         "apikey",
    "accesskey",  "privatekey", "credential",    "accountkey", "sharedkey",     "authkey",
    "signingkey", "masterkey",  "encryptionkey", "sessionkey", "authorization", "connectionstring"};
constexpr std::array<std::string_view, 5> kAtEnds{"pass", "pwd", "passcode", "psk", "cookie"};
// What a secret has beside it: where it lies, how long it is.
constexpr std::array<std::string_view, 19> kHarmlessEnds{
    "file", "path",   "dir",  "directory", "url",   "uri",    "id",     "name",   "length", "type",
    "ttl",  "policy", "sock", "prompt",    "stdin", "expiry", "tokens", "bypass", "compass"};
constexpr std::array<std::string_view, 2> kHarmless{"pwd", "oldpwd"};  // where a shell is

/// Letters and digits alone, in lower case.
std::string plain(std::string_view name) {
    name.remove_prefix(name.size() > kLongestName ? name.size() - kLongestName : 0);
    std::string made;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') {
            made += static_cast<char>(c + 32);
        } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            made += c;
        }
    }
    return made;
}

bool is_text_of_user(const Member& member) {
    return member.type == MemberType::strings || member.type == MemberType::bytes;
}

}  // namespace

Redactor::Redactor(RedactorOptions options) : options_(std::move(options)) {
    for (std::string& name : options_.names) {
        name = plain(name);
    }
    std::erase(options_.names, "");
}

bool Redactor::is_secret_name(std::string_view name) const {
    const std::string made = plain(name);
    const auto ends = [&](std::string_view end) { return made.ends_with(end); };
    const auto holds = [&](std::string_view part) { return made.find(part) != made.npos; };
    if (std::ranges::any_of(options_.names, holds)) {
        return true;
    }
    if (std::ranges::any_of(kHarmlessEnds, ends) ||
        (!name.starts_with('-') && std::ranges::find(kHarmless, made) != kHarmless.end())) {
        return false;
    }
    return std::ranges::any_of(kInNames, holds) || std::ranges::any_of(kAtEnds, ends);
}

void Redactor::cover_arguments(std::string_view program, std::span<char> arguments) const {
    if (options_.is_on) {
        redact::Scanner(*this, program, arguments).cover();
    }
}

void Redactor::cover_record(std::span<std::byte> record) const {
    const std::optional<Event> event = Event::parse(record);
    if (!options_.is_on || !event) {
        return;
    }
    for (const Member& member : event->row().members) {
        const std::string_view text =
            is_text_of_user(member) ? event->text(member) : std::string_view();
        if (!text.empty()) {
            const size_t at = reinterpret_cast<const std::byte*>(text.data()) - record.data();
            char* begin = reinterpret_cast<char*>(record.data() + at);
            cover_arguments(event->comm(), {begin, text.size()});
        }
    }
}

bool Redactor::may_hold_secrets(unsigned event_id) {
    static const std::array<bool, EVENT_COUNT> may = [] {
        std::array<bool, EVENT_COUNT> made{};
        for (size_t id = 0; id < EVENT_COUNT; ++id) {
            made[id] = std::ranges::any_of(event_table::kRows[id].members, is_text_of_user);
        }
        return made;
    }();
    return event_id < may.size() && may[event_id];
}

}  // namespace saker
