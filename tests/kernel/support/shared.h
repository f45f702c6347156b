// A value that an actor leaves for the test that started it.
#pragma once

#include <sys/mman.h>

#include <catch2/catch.hpp>
#include <new>
#include <type_traits>

namespace saker::kernel_tests {

/// A T in memory that survives a fork on both sides: what the child writes, the parent reads.
template <class T>
class Shared {
  public:
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

    Shared() {
        void* room =
            ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        REQUIRE(room != MAP_FAILED);
        value_ = new (room) T{};
    }
    ~Shared() { ::munmap(value_, sizeof(T)); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    T& operator*() const { return *value_; }
    T* operator->() const { return value_; }

  private:
    T* value_;
};

}  // namespace saker::kernel_tests
