#include "engine/event/system_calls.h"

#include "probes/knobs.h"

namespace saker {
namespace {

constexpr int NONE = -1;  // as the table says it

#if defined(__x86_64__)
#define NUMBERS(name, x86, arm64, compat, second) {event_kind(#name), x86, compat, second},
#else
#define NUMBERS(name, x86, arm64, compat, second) {event_kind(#name), arm64, NONE, NONE},
#endif
constexpr auto kCalls = std::to_array<SystemCall>({
#define SYSCALL NUMBERS
#define OTHER NUMBERS
#include "probes/syscalls.def"
});
#undef NUMBERS

/// Places in kCalls plus one, by number; 0: nobody's.
using ByNumber = std::array<uint16_t, SYSCALL_NUMBERS>;

constexpr ByNumber make_native() {
    ByNumber places{};
    for (size_t at = 0; at < kCalls.size(); ++at) {
        if (kCalls[at].native >= 0) {
            places[static_cast<size_t>(kCalls[at].native)] = static_cast<uint16_t>(at + 1);
        }
    }
    return places;
}

constexpr ByNumber make_compat() {
    ByNumber places{};
    for (size_t at = 0; at < kCalls.size(); ++at) {
        for (const int number : {kCalls[at].compat, kCalls[at].second_compat}) {
            if (number >= 0) {
                places[static_cast<size_t>(number)] = static_cast<uint16_t>(at + 1);
            }
        }
    }
    return places;
}

constexpr ByNumber kNative = make_native();
constexpr ByNumber kCompat = make_compat();

}  // namespace

std::span<const SystemCall> system_calls() {
    return kCalls;
}

const SystemCall* find_system_call(EventKind kind) {
    const auto* const found = std::ranges::find(kCalls, kind, &SystemCall::kind);
    return found == kCalls.end() ? nullptr : found;
}

std::optional<EventKind> kind_of_call(uint64_t number, bool is_compat) {
    if (number >= SYSCALL_NUMBERS) {
        return std::nullopt;
    }
    const uint16_t place = (is_compat ? kCompat : kNative)[number];
    return place == 0 ? std::nullopt : std::optional(kCalls[place - 1U].kind);
}

}  // namespace saker
