// Parses fields, values, lists and transformer calls.
#pragma once

#include "engine/base/result.h"
#include "engine/lang/ast.h"
#include "engine/lang/lexer.h"

namespace saker::lang {

/// Works on the lexer it is given. Its functions give false after noting the first mistake, which
/// `error` then tells: small returns keep deep nesting within the stack.
class TermParser {
  public:
    explicit TermParser(Lexer& lexer) : lexer_(lexer) {}

    /// What may stand on the left: `proc.aname[2]`, `basename(proc.exe)`.
    bool field_or_call(Term& term);

    /// The rest of a field whose name has been taken, from `begin` on.
    bool field(Term& term, std::string_view name, size_t begin);

    /// What may stand on the right of each kind of operator.
    bool number_or_call(Term& term);
    bool word_or_call(Term& term);
    bool list_or_name(Term& term, bool calls_allowed);

    /// Whether the call of a transformer, or `val(`, comes next.
    bool sees_call(bool with_val);

    /// Stands at a name that `sees_call` has seen.
    bool call(Term& term);

    /// Notes a mistake at this place, unless there was one before; always false.
    bool fail(std::string message, std::string hint = "");

    /// Counts a level of nesting; false when it is one too many.
    bool enter();
    void leave() { --depth_; }

    bool failed() const { return failed_; }
    const Error& error() const { return error_; }

  private:
    bool fail(Error error);
    bool word(Term& term);
    bool list_items(ValueList& list);
    bool value_of_field(Term& term, size_t begin);
    bool call_inputs(Call& call);
    bool call_input(Term& term, bool list_allowed);
    bool call_list(Term& term);
    bool bracket(std::string& argument, bool& given);

    Lexer& lexer_;
    Error error_;
    bool failed_ = false;
    size_t depth_ = 0;
};

}  // namespace saker::lang
