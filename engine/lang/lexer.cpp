#include "engine/lang/lexer.h"

#include <algorithm>

namespace saker::lang {
namespace {

// Locale must not change what a rule means, so <cctype> is of no use here.
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n';
}

int hexadecimal_digit(char c) {
    if (is_digit(c)) {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr std::string_view kNotBare{" \b\t\n\r(),=\"'\0", 12};
constexpr std::string_view kNotArgument{" \b\t\n\r[]\"'\0", 10};

}  // namespace

Span Lexer::span_from(size_t begin) const {
    return {static_cast<uint32_t>(begin), static_cast<uint32_t>(at_), source_};
}

char Lexer::peek(size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
}

std::string_view Lexer::advance(size_t length) {
    const auto taken = text_.substr(at_, length);
    at_ += length;
    return taken;
}

bool Lexer::take_blanks() {
    const size_t begin = at_;
    while (!at_end() && is_blank(text_[at_])) {
        ++at_;
    }
    return at_ != begin;
}

bool Lexer::take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) {
        return false;
    }
    at_ += token.size();
    return true;
}

bool Lexer::take_followed_by_blank(std::string_view word) {
    if (!text_.substr(at_).starts_with(word) || !is_blank(peek(word.size()))) {
        return false;
    }
    at_ += word.size();
    return take_blanks();
}

size_t Lexer::identifier_length(size_t from) const {
    size_t end = from;
    while (end < text_.size() && is_letter(text_[end])) {
        ++end;
    }
    if (end == from) {
        return 0;
    }
    while (end < text_.size() &&
           (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '_')) {
        ++end;
    }
    return end - from;
}

std::optional<std::string_view> Lexer::take_identifier() {
    const size_t length = identifier_length(at_);
    return length ? std::optional(advance(length)) : std::nullopt;
}

size_t Lexer::field_name_length() const {
    size_t length = identifier_length(at_);
    const size_t first = length;
    while (length && peek(length) == '.') {
        const size_t part = identifier_length(at_ + length + 1);
        if (!part) {
            break;
        }
        length += part + 1;
    }
    return length > first ? length : 0;
}

std::optional<std::string_view> Lexer::take_field_name() {
    const size_t length = field_name_length();
    return length ? std::optional(advance(length)) : std::nullopt;
}

std::optional<std::string_view> Lexer::take_without(std::string_view excluded) {
    const size_t end = std::min(text_.find_first_of(excluded, at_), text_.size());
    return end > at_ ? std::optional(advance(end - at_)) : std::nullopt;
}

std::optional<std::string_view> Lexer::take_bare() {
    return take_without(kNotBare);
}

std::optional<std::string_view> Lexer::take_bare_argument() {
    return take_without(kNotArgument);
}

size_t Lexer::hexadecimal_length() const {
    if (peek() != '0' || (peek(1) | 0x20) != 'x') {
        return 0;
    }
    size_t length = 2;
    while (is_letter(peek(length)) || is_digit(peek(length))) {
        ++length;
    }
    return length > 2 ? length : 0;
}

size_t Lexer::decimal_length() const {
    size_t length = peek() == '+' || peek() == '-' ? 1 : 0;
    const size_t digits = length;
    while (is_digit(peek(length))) {
        ++length;
    }
    if (length == digits) {
        return 0;
    }
    if (peek(length) == '.') {
        ++length;
    }
    while (is_digit(peek(length))) {
        ++length;
    }
    const bool has_exponent = (peek(length) | 0x20) == 'e' &&
                              (peek(length + 1) == '+' || peek(length + 1) == '-') &&
                              is_digit(peek(length + 2));
    if (has_exponent) {
        length += 2;
        while (is_digit(peek(length))) {
            ++length;
        }
    }
    return length;
}

std::optional<std::string_view> Lexer::take_number() {
    const size_t hexadecimal = hexadecimal_length();
    const size_t length = hexadecimal ? hexadecimal : decimal_length();
    return length ? std::optional(advance(length)) : std::nullopt;
}

bool Lexer::sees_quote() const {
    return peek() == '"' || peek() == '\'';
}

Result<char> Lexer::take_escape(char quote) {
    const char kind = peek();
    const size_t begin = at_ - 1;
    ++at_;
    switch (kind) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case '/':
            return '/';
        case '\\':
        case ' ':  // published rules rely on it: the blank goes, the backslash stays
            return '\\';
        case '"':
        case '\'':
            if (kind == quote) {
                return kind;
            }
            return Error{std::string("\\") + kind + " is not an escape between " + quote,
                         "inside the other kind of quotes, write it without the backslash",
                         where(begin)};
        case 'x': {
            const int high = hexadecimal_digit(peek());
            const int low = hexadecimal_digit(peek(1));
            if (high < 0 || low < 0) {
                return Error{"\\x wants two hexadecimal digits", "for example \\x7f", where(begin)};
            }
            at_ += 2;
            return static_cast<char>(high * 16 + low);
        }
        default:
            return Error{std::string("there is no escape \\") + kind,
                         "for a backslash write two; known are \\b \\f \\n \\r \\t \\/ \\\\ \\xHH "
                         "and the quote itself",
                         where(begin)};
    }
}

/// Where the quote that closes the one at `at_` stands: the next that no backslash stands before,
/// not even one that is itself escaped.
std::optional<size_t> Lexer::closing_quote() const {
    for (size_t i = at_ + 1; i < text_.size(); ++i) {
        if (text_[i] == text_[at_] && text_[i - 1] != '\\') {
            return i;
        }
    }
    return std::nullopt;
}

Result<std::string> Lexer::take_quoted() {
    const auto end = closing_quote();
    const char quote = text_[at_];
    if (!end) {
        const bool escaped = text_.ends_with(quote) && text_.size() > at_ + 1;
        return Error{std::string("the quote ") + quote + " is never closed",
                     escaped ? "a backslash stands before the last one; to end with a backslash "
                               "write \\x5c"
                             : std::string("expected another ") + quote,
                     where(at_)};
    }
    std::string taken;
    ++at_;
    while (at_ < *end) {
        const char c = text_[at_++];
        if (c == '\0') {
            return Error{"a NUL byte inside quotes", "write it as \\x00", where(at_ - 1)};
        }
        if (c != '\\') {
            taken.push_back(c);
            continue;
        }
        const auto escape = take_escape(quote);
        if (!escape) {
            return escape.error();
        }
        taken.push_back(*escape);
    }
    at_ = *end + 1;
    return taken;
}

std::string Lexer::next_words() const {
    static constexpr size_t kShown = 20;
    if (at_end()) {
        return "the end";
    }
    std::string shown;
    for (const char c : text_.substr(at_, kShown)) {
        shown.push_back(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
    }
    return "'" + shown + (text_.size() - at_ > kShown ? "…'" : "'");
}

Where Lexer::where(size_t at) const {
    Where place{"", 1, 1};
    for (const char c : text_.substr(0, at)) {
        ++place.column;
        if (c == '\n') {
            ++place.line;
            place.column = 1;
        }
    }
    return place;
}

}  // namespace saker::lang
