// One pass over arguments or data, that finds where secrets stand. The one who may include this is
// redact.cpp.
#pragma once

#include <span>
#include <string_view>

#include "engine/event/redact.h"
#include "engine/event/redact_options.h"

namespace saker::redact {

/// Texts in texts are read as well: what a shell is given with -c, a header, a JSON object, a URL.
class Scanner {
  public:
    Scanner(const Redactor& redactor, std::string_view program, std::span<char> text)
        : redactor_(redactor), program_(program), text_(text) {}

    void cover();

  private:
    std::string_view view() const { return {text_.data(), text_.size()}; }
    char at(size_t place) const { return place < text_.size() ? text_[place] : '\0'; }
    bool begins(size_t place, std::string_view what) const {
        return view().substr(place).starts_with(what);
    }
    bool is_argument_start(size_t place) const { return place == 0 || text_[place - 1] == '\0'; }
    size_t end_of_argument(size_t place) const;
    size_t end_of_word(size_t place) const;
    size_t end_of_token(size_t place) const;
    size_t end_of_value(size_t place) const;
    size_t next_token(size_t place) const;

    void cover(size_t from, size_t to);
    size_t cover_url(size_t separator);
    size_t cover_key(size_t place);
    size_t cover_token_start(size_t place);
    size_t cover_option(const Option& option, size_t place);
    void cover_behind(char sign, size_t from, size_t to);
    size_t cover_word(size_t place);
    size_t cover_named(size_t place, size_t end);
    size_t cover_header(size_t value);

    const Redactor& redactor_;
    const std::string_view program_;  // the arguments are given to it
    std::string_view inner_;          // the last program named in them: what a shell is to run
    std::span<char> text_;
};

}  // namespace saker::redact
