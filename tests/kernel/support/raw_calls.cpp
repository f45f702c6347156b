#include "tests/kernel/support/raw_calls.h"

#include <linux/openat2.h>
#include <linux/sched.h>
#include <sys/mman.h>

#include <cstring>

#include "tests/kernel/support/actor.h"

namespace saker::kernel_tests {

long openat2(int directory, const char* path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    open_how how{flags, mode, resolve};
    return raw(SYS_openat2, directory, path, &how, sizeof how);
}

long clone3(uint64_t flags, int exit_signal) {
    clone_args wish{};
    wish.flags = flags;
    wish.exit_signal = static_cast<uint64_t>(exit_signal);
    return raw(SYS_clone3, &wish, sizeof wish);
}

#ifdef __x86_64__
long call_32(int number, uint32_t first, uint32_t second, uint32_t third, uint32_t fourth) {
    long result = number;
    asm volatile("int $0x80"
                 : "+a"(result)
                 : "b"(first), "c"(second), "d"(third), "S"(fourth)
                 : "memory", "r8", "r9", "r10", "r11");
    return result;
}

uint32_t low_copy(const void* bytes, size_t size) {
    void* low = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    must(low != MAP_FAILED, "memory below 4 GiB");
    std::memcpy(low, bytes, size);
    return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(low));
}

uint32_t low_copy(const std::string& text) {
    return low_copy(text.c_str(), text.size() + 1);
}
#endif

}  // namespace saker::kernel_tests
