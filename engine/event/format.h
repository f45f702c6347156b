// How values read: flags by name, errors by name, addresses, paths, times.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/value.h"
#include "engine/event/event.h"
#include "engine/event/scratch_text.h"

namespace saker {

/// `ENOENT` for 2 or -2; empty when the kernel has no such error.
std::string_view error_name(int64_t error);

/// `SIGKILL`; empty when there is no such signal.
std::string_view signal_name(int64_t signal);

/// `AF_INET`; empty when we do not know it.
std::string_view family_name(uint32_t family);

/// `tcp` for IPPROTO_TCP and its like; empty when we do not know it.
std::string_view protocol_name(uint32_t protocol);

/// The name rules know a descriptor's type by: `file`, `ipv4` …; empty for `none`.
std::string_view fd_type_name(uint32_t type);

/// The same as one character, `f` for a character device; NUL for `none`.
char fd_type_character(uint32_t type);

/// `CAP_CHOWN CAP_KILL`, from the lowest.
void print_capabilities(ScratchText& out, uint64_t capabilities);

/// `10.0.0.1`, `2001:db8::1`.
void print_address(ScratchText& out, const Address& address);

/// `10.0.0.1:80`; nothing for ends that are no address.
void print_end(ScratchText& out, const endpoint& end);

/// A struct sockaddr as the caller laid it out: `10.0.0.1:80`, `/run/x.sock`, `@name`.
void print_sockaddr(ScratchText& out, std::string_view bytes);

/// The same as an end of a connection; family 0 when it is no IPv4 or IPv6 address, or cut short.
endpoint endpoint_of(std::string_view sockaddr);

/// `name`, from `directory` when it is relative, made absolute and rid of `.`, `..` and doubled
/// slashes, as text: nothing is looked up. A relative name without a directory stays relative.
void print_absolute(ScratchText& out, std::string_view directory, std::string_view name);

/// Flags, modes and numbers of an event's member as text; the number itself where no name fits.
/// Texts as they are, of `strings` with spaces between.
void print_member(ScratchText& out, const Event& event, const Member& member);

/// Does the number alone tell less than `print_member`?
bool has_names(MemberType type);

/// Wall-clock time, ns since the epoch, in the local zone or UTC.
enum class TimeForm : uint8_t {
    clock,          // 10:22:15.576767292
    clock_seconds,  // 10:22:15
    date,           // 2026-07-31 10:22:15.576767292
    date_seconds,   // 2026-07-31 10:22:15
    iso8601,        // 2026-07-31T10:22:15.576767292+0000
};
void print_time(ScratchText& out, uint64_t nanoseconds, TimeForm form);

/// `iso8601`, for what is not said once an event.
std::string iso_time(uint64_t nanoseconds);

}  // namespace saker
