#include "engine/event/redact_scanner.h"

#include <algorithm>
#include <array>

namespace saker::redact {
namespace {

constexpr char kCover = '*';
constexpr size_t kShortestToken = 20;

/// How the tokens of well-known services begin.
constexpr std::array<std::string_view, 14> kTokens{
    "ghp_",  "gho_",  "ghu_",  "ghs_",     "ghr_", "github_pat_", "glpat-",
    "xoxb-", "xoxp-", "xoxa-", "sk_live_", "sk-",  "hvs.",        "eyJ"};

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_quote(char c) {
    return c == '"' || c == '\'' || c == '`';
}

bool ends_token(char c) {
    return c == '\0' || is_blank(c) || is_quote(c) || c == ';' || c == '|' || c == '(' || c == ')';
}

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

bool is_header(std::string_view name) {
    static constexpr std::string_view kEnd = "authorization";
    return name.size() >= kEnd.size() &&
           std::ranges::equal(name.substr(name.size() - kEnd.size()), kEnd,
                              [](char left, char right) { return (left | 0x20) == right; });
}

}  // namespace

size_t Scanner::end_of_argument(size_t place) const {
    return std::min(view().find('\0', place), text_.size());
}

size_t Scanner::end_of_word(size_t place) const {
    while (place < text_.size() && is_word(text_[place])) {
        ++place;
    }
    return place;
}

size_t Scanner::end_of_token(size_t place) const {
    while (place < text_.size() && !ends_token(text_[place])) {
        ++place;
    }
    return place;
}

/// Of a value that may be quoted; a backslash takes the next character along.
size_t Scanner::end_of_value(size_t place) const {
    const char quote = is_quote(at(place)) ? at(place) : '\0';
    for (place += quote ? 1 : 0; place < text_.size() && text_[place] != '\0'; ++place) {
        const char c = text_[place];
        if (c == '\\') {
            ++place;
        } else if (quote ? c == quote : is_blank(c) || is_quote(c) || c == '&' || c == ';') {
            break;
        }
    }
    return std::min(place, text_.size());
}

/// Past what separates a word from the one behind it: blanks, or the end of the argument.
size_t Scanner::next_token(size_t place) const {
    if (place < text_.size() && text_[place] == '\0') {
        return place + 1;
    }
    while (place < text_.size() && is_blank(text_[place])) {
        ++place;
    }
    return place;
}

void Scanner::cover(size_t from, size_t to) {
    if (from < to && is_quote(text_[from])) {
        ++from;
    }
    for (; from < to && from < text_.size(); ++from) {
        text_[from] = text_[from] == '\0' ? '\0' : kCover;
    }
}

/// `://name:secret@`; says where to go on.
size_t Scanner::cover_url(size_t separator) {
    const size_t begin = separator + 3;
    size_t end = begin;
    while (end < text_.size() && !is_blank(text_[end]) && !is_quote(text_[end]) &&
           text_[end] != '/' && text_[end] != '\0') {
        ++end;
    }
    const std::string_view authority = view().substr(begin, end - begin);
    const size_t sign = authority.rfind('@');
    const size_t colon = authority.find(':');
    if (sign != authority.npos && colon < sign) {
        cover(begin + colon + 1, begin + sign);
    }
    return begin;
}

/// A key in its armour, to the end of that.
size_t Scanner::cover_key(size_t place) {
    const size_t line = view().find("-----", place + 5);
    if (line == view().npos ||
        view().substr(place, line - place).find("PRIVATE KEY") == view().npos) {
        return place + 5;
    }
    const size_t begin = line + 5;
    const size_t end = std::min(view().find("-----END", begin), end_of_argument(begin));
    cover(begin, end);
    return end;
}

void Scanner::cover_behind(char sign, size_t from, size_t to) {
    const size_t found = view().substr(from, to - from).find(sign);
    if (found != view().npos) {
        cover(from + found + 1, to);
    }
}

size_t Scanner::cover_option(const Option& option, size_t place) {
    const size_t end = is_argument_start(place) ? end_of_argument(place) : end_of_token(place);
    const size_t attached =
        place + option.option.size() + (at(place + option.option.size()) == '=');
    const bool has_next = attached >= end && option.secret != Secret::attached;
    if (option.secret == Secret::next && !has_next) {
        return end;
    }
    const size_t from = has_next ? next_token(end) : attached;
    const size_t to = !has_next                 ? end
                      : is_argument_start(from) ? end_of_argument(from)
                                                : end_of_value(from);
    if (option.secret == Secret::after_colon || option.secret == Secret::after_percent) {
        cover_behind(option.secret == Secret::after_colon ? ':' : '%', from, to);
    } else {
        cover(from, to);
    }
    return std::max(to, end);
}

/// The scheme may stay: `Authorization: Bearer ***`.
size_t Scanner::cover_header(size_t value) {
    size_t end = value;
    while (end < text_.size() && text_[end] != '\0' && text_[end] != '\r' && text_[end] != '\n' &&
           text_[end] != '"' && text_[end] != '\'') {
        ++end;
    }
    const size_t blank = view().substr(value, end - value).find(' ');
    cover(blank == view().npos ? value : value + blank + 1, end);
    return end;
}

/// A word that names something: is what stands behind it a secret?
size_t Scanner::cover_named(size_t place, size_t end) {
    const std::string_view name = view().substr(place, end - place);
    const bool is_option = name.starts_with('-');
    size_t sign = end;
    if (place > 0 && is_quote(text_[place - 1]) && at(sign) == text_[place - 1]) {
        ++sign;  // a key of JSON
    }
    while (at(sign) == ' ' && !is_option) {
        ++sign;
    }
    const bool has_sign = at(sign) == '=' || (at(sign) == ':' && !begins(sign, "://"));
    if (!has_sign && !is_option) {
        return end;
    }
    if (!redactor_.is_secret_name(name)) {
        return end;
    }
    size_t value = has_sign ? sign + 1 : next_token(end);
    while (has_sign && at(value) == ' ') {
        ++value;
    }
    if (has_sign && is_header(name)) {
        return cover_header(value);
    }
    if (!has_sign && at(value) == '-') {
        return end;  // the next option: the secret is asked for
    }
    const bool takes_all = has_sign ? is_argument_start(place) && sign == end && at(sign) == '='
                                    : is_argument_start(value);
    const size_t to = takes_all ? end_of_argument(value) : end_of_value(value);
    cover(value, to);
    return to;
}

size_t Scanner::cover_word(size_t place) {
    const size_t end = end_of_word(place);
    const std::string_view word = view().substr(place, end - place);
    const bool is_token = word.size() >= kShortestToken &&
                          std::ranges::any_of(kTokens, [&](std::string_view beginning) {
                              return word.starts_with(beginning);
                          });
    if (is_token) {
        cover(place, end);
        return end;
    }
    return cover_named(place, end);
}

/// What a word at the start of a token may be: a program, or an option of the one before it.
size_t Scanner::cover_token_start(size_t place) {
    const size_t end = end_of_token(place);
    const std::string_view token = view().substr(place, end - place);
    if (token.find("://") == token.npos && is_known_program(base_name(token))) {
        inner_ = base_name(token);
        return end;
    }
    const Option* option = find_option(program_, token);
    option = option ? option : find_option(inner_, token);
    return option ? cover_option(*option, place) : place;
}

void Scanner::cover() {
    for (size_t place = 0; place < text_.size();) {
        const bool starts_token = place == 0 || ends_token(text_[place - 1]);
        const size_t before = place;
        if (starts_token) {
            place = cover_token_start(place);
        }
        if (place != before) {
            continue;
        }
        if (begins(place, "-----BEGIN")) {
            place = cover_key(place);
        } else if (begins(place, "://")) {
            place = cover_url(place);
        } else if (is_word(text_[place])) {
            place = std::max(cover_word(place), place + 1);
        } else {
            ++place;
        }
    }
}

}  // namespace saker::redact
