// Memory for texts that live until the next event.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace saker {

/// A bump allocator that keeps its blocks: after warming up, an event allocates nothing. What it
/// gave out dies at `reset`.
class Scratch {
  public:
    /// Room for `size` bytes, unaligned.
    char* take(size_t size) {
        if (block_ == blocks_.size() || used_ + size > blocks_[block_].size) {
            grow(size);
        }
        char* room = blocks_[block_].bytes.get() + used_;
        used_ += size;
        return room;
    }

    std::string_view keep(std::string_view text) {
        char* room = take(text.size());
        std::memcpy(room, text.data(), text.size());
        return {room, text.size()};
    }

    void reset() {
        block_ = 0;
        used_ = 0;
    }

  private:
    struct Block {
        std::unique_ptr<char[]> bytes;
        size_t size;
    };

    void grow(size_t size) {
        static constexpr size_t kBlock = 64 * 1024;
        if (block_ < blocks_.size()) {
            ++block_;
        }
        while (block_ < blocks_.size() && blocks_[block_].size < size) {
            ++block_;
        }
        if (block_ == blocks_.size()) {
            const size_t room = size > kBlock ? size : kBlock;
            blocks_.push_back({std::make_unique<char[]>(room), room});
        }
        used_ = 0;
    }

    std::vector<Block> blocks_;
    size_t block_ = 0;
    size_t used_ = 0;
};

}  // namespace saker
