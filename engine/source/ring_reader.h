// The reading end of one of the kernel's rings: records in place, in the order they were made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "engine/base/result.h"
#include "engine/source/source.h"

namespace saker {

class RingReader {
  public:
    /// Maps the ring behind this map descriptor; the descriptor must outlive the reader.
    static Result<RingReader> open(int map_fd, size_t bytes);

    RingReader(RingReader&& other) noexcept;
    RingReader& operator=(RingReader&&) = delete;
    ~RingReader();

    /// Hands over at most `limit` records. Returns how many there were.
    size_t read(RecordSink& sink, size_t limit);

    /// Bytes not read yet, records still being written among them.
    uint64_t waiting() const;

    /// How far the kernel has written, and how far we have read; from any thread.
    uint64_t produced() const;
    uint64_t consumed() const;

    /// Bytes mapped beside the ring itself, and of the ring: it is mapped twice.
    size_t mapped() const { return page_ + page_ + 2 * size_; }

  private:
    RingReader(uint64_t* consumed, const std::byte* produced, size_t page, size_t size);

    uint64_t* consumed_;         // how far we are; the kernel reads it
    const std::byte* produced_;  // how far the kernel is, then the ring twice in a row
    size_t page_;
    size_t size_;
};

}  // namespace saker
