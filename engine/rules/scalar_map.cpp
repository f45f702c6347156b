#include "engine/rules/scalar_map.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>

namespace saker::rules {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Walks a scalar's source beside its value. Folding changes only blanks, so all other characters
/// are found in order.
class Walk {
  public:
    Walk(std::string_view file, uint32_t offset) : file_(file), at_(offset) {
        skip_properties();
        style_ = peek();
        if (style_ == '|' || style_ == '>') {
            at_ = std::min(file_.find('\n', at_), file_.size());
        } else if (style_ == '"' || style_ == '\'') {
            ++at_;
        } else {
            style_ = ' ';
        }
    }

    /// Where the next character of the value stands; `from_escape` bytes of one escape share it.
    size_t take(char wanted) {
        if (escape_bytes_ > 0) {
            --escape_bytes_;
            return escape_at_;
        }
        if (style_ == '"' && skip_to_escape()) {
            escape_at_ = at_;
            take_escape();
            return escape_at_;
        }
        if (is_blank(wanted)) {
            const size_t here = at_;
            at_ += peek() == wanted ? 1 : 0;
            return here;
        }
        while (at_ < file_.size() && is_blank(peek())) {
            ++at_;
        }
        if (style_ == '"' && peek() == '\\') {
            return take(wanted);
        }
        const size_t here = at_;
        at_ += style_ == '\'' && peek() == '\'' ? 2 : 1;
        return here;
    }

  private:
    char peek() const { return at_ < file_.size() ? file_[at_] : '\0'; }

    /// Anchors and tags stand before the scalar, perhaps on a line of their own.
    void skip_properties() {
        while (peek() == '&' || peek() == '!') {
            while (at_ < file_.size() && !is_blank(peek())) {
                ++at_;
            }
            while (at_ < file_.size() && is_blank(peek())) {
                ++at_;
            }
        }
    }

    /// At a backslash that stands for something; an escaped line end is only skipped.
    bool skip_to_escape() {
        while (peek() == '\\' && at_ + 1 < file_.size() &&
               (file_[at_ + 1] == '\n' || file_[at_ + 1] == '\r')) {
            ++at_;
            while (at_ < file_.size() && is_blank(peek())) {
                ++at_;
            }
        }
        return peek() == '\\';
    }

    void take_escape() {
        const char kind = at_ + 1 < file_.size() ? file_[at_ + 1] : '\0';
        const size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
        const std::string hex(file_.substr(std::min(at_ + 2, file_.size()), digits));
        unsigned long code = digits == 0 ? 0 : std::strtoul(hex.c_str(), nullptr, 16);
        if (kind == 'L' || kind == 'P') {
            code = 0x2028;
        } else if (kind == 'N' || kind == '_') {
            code = 0x85;
        }
        const size_t bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        escape_bytes_ = bytes - 1;
        at_ += 2 + digits;
    }

    std::string_view file_;
    size_t at_;
    char style_ = ' ';
    size_t escape_at_ = 0;
    size_t escape_bytes_ = 0;
};

}  // namespace

uint32_t offset_in_scalar(std::string_view file, uint32_t offset, std::string_view value,
                          size_t index) {
    Walk walk(file, offset);
    size_t here = offset;
    const size_t last = std::min(index, value.size());
    for (size_t i = 0; i < last; ++i) {
        here = walk.take(value[i]);
    }
    // One past the end points behind the last character.
    here = index < value.size() ? walk.take(value[index]) : here + (value.empty() ? 0 : 1);
    return static_cast<uint32_t>(std::min(here, file.size()));
}

}  // namespace saker::rules
