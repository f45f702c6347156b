// Building a text in scratch memory, piece by piece.
#pragma once

#include <charconv>
#include <concepts>
#include <cstring>
#include <string_view>

#include "engine/base/scratch.h"

namespace saker {

/// Grows by moving to a larger piece of the scratch, so a warm one allocates nothing.
class ScratchText {
  public:
    explicit ScratchText(Scratch& scratch) : scratch_(scratch) {}

    ScratchText& add(std::string_view text) {
        if (text.empty()) {
            return *this;
        }
        reserve(text.size());
        std::memcpy(bytes_ + size_, text.data(), text.size());
        size_ += text.size();
        return *this;
    }
    ScratchText& add(char character) { return add(std::string_view(&character, 1)); }

    template <std::integral Number>
    ScratchText& add_number(Number number, int base = 10) {
        char digits[66];
        const auto end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
        return add({digits, static_cast<size_t>(end - digits)});
    }

    /// At least `width` digits, zeros first.
    ScratchText& add_padded(uint64_t number, int width) {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        for (auto written = end - digits; written < width; ++written) {
            add('0');
        }
        return add({digits, static_cast<size_t>(end - digits)});
    }

    /// Drops what is behind the first `size` bytes.
    void cut(size_t size) { size_ = size < size_ ? size : size_; }

    bool empty() const { return size_ == 0; }
    size_t size() const { return size_; }
    /// Valid until more is added, or the scratch is reset.
    std::string_view view() const { return {bytes_, size_}; }

  private:
    void reserve(size_t more) {
        if (size_ + more <= room_) {
            return;
        }
        const size_t room = (size_ + more) * 2 + 64;
        char* larger = scratch_.take(room);
        if (size_ != 0) {
            std::memcpy(larger, bytes_, size_);
        }
        bytes_ = larger;
        room_ = room;
    }

    Scratch& scratch_;
    char* bytes_ = nullptr;
    size_t size_ = 0;
    size_t room_ = 0;
};

}  // namespace saker
