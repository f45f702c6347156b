// Recursive descent over what stands beside an operator.
#include "engine/lang/term_parser.h"

#include "engine/lang/transformers.h"

namespace saker::lang {
namespace {

// Parentheses and transformer calls inside one another. Each costs a few small stack frames.
constexpr size_t kDeepest = 1000;

}  // namespace

bool TermParser::fail(Error error) {
    if (!failed_) {
        error_ = std::move(error);
        failed_ = true;
    }
    return false;
}

bool TermParser::fail(std::string message, std::string hint) {
    return fail(Error{std::move(message) + ", not " + lexer_.next_words(), std::move(hint),
                      lexer_.where(lexer_.at())});
}

bool TermParser::enter() {
    if (++depth_ <= kDeepest) {
        return true;
    }
    return fail(Error{"nested deeper than " + std::to_string(kDeepest) + " levels",
                      "split the condition into macros", lexer_.where(lexer_.at())});
}

bool TermParser::list_or_name(Term& term, bool calls_allowed) {
    const size_t begin = lexer_.at();
    auto list = std::make_unique<ValueList>();
    if (lexer_.take("(")) {
        if (!list_items(*list)) {
            return false;
        }
    } else if (calls_allowed && sees_call(true)) {
        return call(term);
    } else if (const auto name = lexer_.take_identifier()) {
        const Span span = lexer_.span_from(begin);
        list->is_name = true;
        list->items.push_back({Word{std::string(*name), false, span}, span});
    } else {
        return fail("expected a list", "for example (a, b), or the name of a list");
    }
    term = {std::move(list), lexer_.span_from(begin)};
    return true;
}

bool TermParser::list_items(ValueList& list) {
    lexer_.take_blanks();
    if (lexer_.take(")")) {
        return true;
    }
    do {
        lexer_.take_blanks();
        if (!word(list.items.emplace_back())) {
            return false;
        }
        lexer_.take_blanks();
    } while (lexer_.take(","));
    return lexer_.take(")") || fail("expected ',' or ')' in the list");
}

bool TermParser::word(Term& term) {
    const size_t begin = lexer_.at();
    Word taken;
    if (lexer_.sees_quote()) {
        auto quoted = lexer_.take_quoted();
        if (!quoted) {
            return fail(quoted.error());
        }
        taken = {std::move(*quoted), true, lexer_.span_from(begin)};
    } else if (const auto bare = lexer_.take_bare()) {
        taken = {std::string(*bare), false, lexer_.span_from(begin)};
    } else {
        return fail("expected a value", "quote it if it has blanks, commas or parentheses");
    }
    const Span span = taken.span;
    term = {std::move(taken), span};
    return true;
}

bool TermParser::word_or_call(Term& term) {
    return sees_call(true) ? call(term) : word(term);
}

bool TermParser::number_or_call(Term& term) {
    if (sees_call(true)) {
        return call(term);
    }
    const size_t begin = lexer_.at();
    const auto number = lexer_.take_number();
    if (!number) {
        return fail("expected a number", "decimal or 0x…; quotes are not allowed here");
    }
    const Span span = lexer_.span_from(begin);
    term = {Word{std::string(*number), false, span}, span};
    return true;
}

bool TermParser::field_or_call(Term& term) {
    const size_t begin = lexer_.at();
    if (const auto name = lexer_.take_field_name()) {
        return field(term, *name, begin);
    }
    return sees_call(false) ? call(term) : fail("expected a field or a transformer");
}

bool TermParser::sees_call(bool with_val) {
    const size_t begin = lexer_.at();
    const auto name = lexer_.take_identifier();
    const bool is_call =
        name && lexer_.take("(") && (find_transformer(*name) || (with_val && *name == "val"));
    lexer_.go_back(begin);
    return is_call;
}

bool TermParser::call(Term& term) {
    const size_t begin = lexer_.at();
    const auto name = *lexer_.take_identifier();
    lexer_.take("(");
    if (name == "val") {
        return value_of_field(term, begin);
    }
    auto made = std::make_unique<Call>();
    made->name = name;
    if (!enter() || !call_inputs(*made)) {
        return false;
    }
    leave();
    if (!bracket(made->argument, made->has_argument)) {
        return false;
    }
    term = {std::move(made), lexer_.span_from(begin)};
    return true;
}

bool TermParser::value_of_field(Term& term, size_t begin) {
    lexer_.take_blanks();
    const size_t name_begin = lexer_.at();
    const auto name = lexer_.take_field_name();
    if (!name) {
        return fail("expected a field inside val()",
                    "a transformer on the right needs no val() around it");
    }
    if (!field(term, *name, name_begin)) {
        return false;
    }
    lexer_.take_blanks();
    if (!lexer_.take(")")) {
        return fail("expected ')' after the field inside val()");
    }
    term.span = lexer_.span_from(begin);
    return true;
}

bool TermParser::call_inputs(Call& call) {
    do {
        lexer_.take_blanks();
        if (!call_input(call.inputs.emplace_back(), true)) {
            return false;
        }
        lexer_.take_blanks();
    } while (lexer_.take(","));
    return lexer_.take(")") || fail("expected ',' or ')' in the call of " + call.name);
}

bool TermParser::call_input(Term& term, bool list_allowed) {
    const size_t begin = lexer_.at();
    if (const auto name = lexer_.take_field_name()) {
        return field(term, *name, begin);
    }
    if (sees_call(false)) {
        return call(term);
    }
    if (lexer_.sees_quote()) {
        return word(term);
    }
    if (const auto number = lexer_.take_number()) {
        const Span span = lexer_.span_from(begin);
        term = {Word{std::string(*number), false, span}, span};
        return true;
    }
    if (list_allowed && lexer_.take("(")) {
        return call_list(term);
    }
    return fail("expected a field, a transformer, a number or a quoted text",
                "texts inside a transformer need quotes");
}

bool TermParser::call_list(Term& term) {
    const size_t begin = lexer_.at() - 1;
    auto list = std::make_unique<ValueList>();
    lexer_.take_blanks();
    if (!lexer_.take(")")) {
        do {
            lexer_.take_blanks();
            if (!call_input(list->items.emplace_back(), false)) {
                return false;
            }
            lexer_.take_blanks();
        } while (lexer_.take(","));
        if (!lexer_.take(")")) {
            return fail("expected ',' or ')' in the list");
        }
    }
    term = {std::move(list), lexer_.span_from(begin)};
    return true;
}

bool TermParser::field(Term& term, std::string_view name, size_t begin) {
    FieldName field{std::string(name), "", false, {}};
    if (!bracket(field.argument, field.has_argument)) {
        return false;
    }
    field.span = lexer_.span_from(begin);
    const Span span = field.span;
    term = {std::move(field), span};
    return true;
}

bool TermParser::bracket(std::string& argument, bool& given) {
    if (!lexer_.take("[")) {
        return true;
    }
    given = true;
    if (lexer_.sees_quote()) {
        auto quoted = lexer_.take_quoted();
        if (!quoted) {
            return fail(quoted.error());
        }
        argument = std::move(*quoted);
    } else if (const auto bare = lexer_.take_bare_argument()) {
        argument = *bare;
    } else {
        return fail("expected an argument between the brackets",
                    "for example [2] or ['a b'], without blanks around it");
    }
    return lexer_.take("]") || fail("expected ']' after the argument");
}

Result<Term> parse_term(std::string_view text, size_t& length, uint32_t source) {
    Lexer lexer(text, source);
    TermParser parser(lexer);
    Term term;
    if (!parser.field_or_call(term)) {
        return parser.error();
    }
    length = lexer.at();
    return term;
}

}  // namespace saker::lang
