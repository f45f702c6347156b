#include "engine/source/ring_reader.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace saker {

namespace {

/// Readers in the kernel look at our position whenever they reserve; tell it in strides.
constexpr size_t kStride = 16;

uint64_t load(const void* position) {
    return __atomic_load_n(static_cast<const uint64_t*>(position), __ATOMIC_ACQUIRE);
}

}  // namespace

Result<RingReader> RingReader::open(int map_fd, size_t bytes) {
    const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    void* consumed = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
    if (consumed == MAP_FAILED) {
        return Error{std::strerror(errno), "", {}, ErrorKind::kernel}.within("mapping a ring");
    }
    void* produced =
        ::mmap(nullptr, page + 2 * bytes, PROT_READ, MAP_SHARED, map_fd, static_cast<off_t>(page));
    if (produced == MAP_FAILED) {
        ::munmap(consumed, page);
        return Error{std::strerror(errno), "", {}, ErrorKind::kernel}.within("mapping a ring");
    }
    return RingReader{static_cast<uint64_t*>(consumed), static_cast<const std::byte*>(produced),
                      page, bytes};
}

RingReader::RingReader(uint64_t* consumed, const std::byte* produced, size_t page, size_t size)
    : consumed_(consumed), produced_(produced), page_(page), size_(size) {}

RingReader::RingReader(RingReader&& other) noexcept
    : consumed_(std::exchange(other.consumed_, nullptr)),
      produced_(std::exchange(other.produced_, nullptr)),
      page_(other.page_),
      size_(other.size_) {}

RingReader::~RingReader() {
    if (consumed_) {
        ::munmap(consumed_, page_);
        ::munmap(const_cast<std::byte*>(produced_), page_ + 2 * size_);
    }
}

uint64_t RingReader::waiting() const {
    return load(produced_) - *consumed_;
}

uint64_t RingReader::produced() const {
    return load(produced_);
}

uint64_t RingReader::consumed() const {
    return load(consumed_);
}

size_t RingReader::read(RecordSink& sink, size_t limit) {
    const std::byte* ring = produced_ + page_;
    uint64_t at = *consumed_;
    size_t records = 0;
    while (records < limit && at != load(produced_)) {
        const std::byte* header = ring + (at & (size_ - 1));
        const uint32_t length =
            __atomic_load_n(reinterpret_cast<const uint32_t*>(header), __ATOMIC_ACQUIRE);
        if (length & BPF_RINGBUF_BUSY_BIT) {
            break;
        }
        const uint32_t size = length & ~BPF_RINGBUF_DISCARD_BIT;
        if (!(length & BPF_RINGBUF_DISCARD_BIT)) {
            sink.take({header + BPF_RINGBUF_HDR_SZ, size});
            ++records;
        }
        at += (size + BPF_RINGBUF_HDR_SZ + 7) & ~uint64_t{7};
        if (records % kStride == 0) {
            __atomic_store_n(consumed_, at, __ATOMIC_RELEASE);
        }
    }
    __atomic_store_n(consumed_, at, __ATOMIC_RELEASE);
    return records;
}

}  // namespace saker
