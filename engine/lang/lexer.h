// Cuts a condition into words: the small pieces the grammar is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/lang/ast.h"

namespace saker::lang {

/// A cursor over a condition. Every `take` either moves past what it names, or says no and stays.
class Lexer {
  public:
    Lexer(std::string_view text, uint32_t source) : text_(text), source_(source) {}

    bool at_end() const { return at_ == text_.size(); }
    size_t at() const { return at_; }
    void go_back(size_t at) { at_ = at; }
    Span span_from(size_t begin) const;

    /// Space, tab, backspace, carriage return and newline; true if there were any.
    bool take_blanks();

    /// Exactly `token`; what follows does not matter: `and(` begins with `and`.
    bool take(std::string_view token);

    /// `word` with a blank after it.
    bool take_followed_by_blank(std::string_view word);

    /// `shell_procs`: a letter, then letters, digits and underscores.
    std::optional<std::string_view> take_identifier();

    /// True when a field's name begins here.
    bool sees_field_name() const { return field_name_length() > 0; }

    /// `proc.name`: identifiers with at least one dot between.
    std::optional<std::string_view> take_field_name();

    /// A value without quotes: anything but blanks, parentheses, comma, `=` and quotes.
    std::optional<std::string_view> take_bare();

    /// An argument without quotes: anything but blanks, brackets and quotes.
    std::optional<std::string_view> take_bare_argument();

    /// `0x1f`, `-5`, `1.5e+3`.
    std::optional<std::string_view> take_number();

    /// True when a quoted text begins here.
    bool sees_quote() const;

    /// A quoted text with its escapes resolved.
    Result<std::string> take_quoted();

    /// The text from here on, cut to a few characters, for messages.
    std::string next_words() const;

    /// Line and column of a byte of the text, both from 1.
    Where where(size_t at) const;

  private:
    char peek(size_t ahead = 0) const;
    size_t identifier_length(size_t from) const;
    size_t field_name_length() const;
    std::string_view advance(size_t length);
    std::optional<std::string_view> take_without(std::string_view excluded);
    std::optional<size_t> closing_quote() const;
    Result<char> take_escape(char quote);
    size_t hexadecimal_length() const;
    size_t decimal_length() const;

    std::string_view text_;
    uint32_t source_;
    size_t at_ = 0;
};

}  // namespace saker::lang
