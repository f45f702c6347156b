// The names of the kernel's flags.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/event/event_table.h"
#include "engine/event/scratch_text.h"

namespace saker {

/// A value is named when `(flags & mask) == bits`.
struct FlagName {
    uint64_t mask;
    uint64_t bits;
    std::string_view name;
};

/// The names for that type of member; empty for types that are no flags.
std::span<const FlagName> flag_names(MemberType type);

/// The part of `flag_names` for numbers of which most are one of several, and few are flags.
std::span<const FlagName> number_names(MemberType type);

/// The part of it for what the calls of processes are asked for.
std::span<const FlagName> request_names(MemberType type);

/// `O_RDONLY|O_CLOEXEC`; bits without a name as one hexadecimal number at the end; `0` for none.
void print_flags(ScratchText& out, uint64_t flags, std::span<const FlagName> names);

}  // namespace saker
