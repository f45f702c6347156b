// System calls that the C library hides or has no name for. Each returns the kernel's own result:
// what it gives, or the negative errno.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

namespace saker::kernel_tests {

template <class... Arguments>
long raw(long number, Arguments... arguments) {
    const long result = ::syscall(number, arguments...);
    return result < 0 ? -errno : result;
}

long openat2(int directory, const char* path, uint64_t flags, uint64_t mode, uint64_t resolve);

/// A clone3 that is a fork with these flags.
long clone3(uint64_t flags, int exit_signal);

#ifdef __x86_64__
inline constexpr int kOpen32 = 5;
inline constexpr int kUnlink32 = 10;
inline constexpr int kSocketcall32 = 102;
inline constexpr int kSocketcallConnect = 3;
inline constexpr int kExecve32 = 11;
inline constexpr int kOpenat32 = 295;
inline constexpr int kConnect32 = 362;

/// A call as 32-bit programs make it, by `int 0x80`: arguments must fit in 32 bits.
long call_32(int number, uint32_t first, uint32_t second = 0, uint32_t third = 0,
             uint32_t fourth = 0);

/// Memory that 32-bit calls can be told of, holding a copy of these bytes; lives as long as the
/// process.
uint32_t low_copy(const void* bytes, size_t size);
uint32_t low_copy(const std::string& text);
#endif

}  // namespace saker::kernel_tests
