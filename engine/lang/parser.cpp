// Recursive descent over the grammar of conditions (docs/rules.md).
#include <array>

#include "engine/lang/ast.h"
#include "engine/lang/lexer.h"
#include "engine/lang/operators.h"
#include "engine/lang/transformers.h"

namespace saker::lang {
namespace {

// Parentheses and transformer calls inside one another. Each costs a few small stack frames.
constexpr size_t kDeepest = 1000;

constexpr std::array<std::pair<std::string_view, Modifier>, 3> kModifiers{{
    {"oneof", Modifier::one_of},
    {"anyof", Modifier::any_of},
    {"allof", Modifier::all_of},
}};

/// Its functions give null or false after noting the first mistake in `error_`: small returns keep
/// deep nesting within the stack.
class Parser {
  public:
    Parser(std::string_view text, uint32_t source) : lexer_(text, source) {}

    Result<Expr> whole_condition();
    Result<Term> one_term(size_t& length);

  private:
    using Tree = std::unique_ptr<Expr>;

    Tree any();
    Tree all();
    Tree negation();
    Tree check();
    Tree rest_of_group();
    template <class Node>
    Tree chain(std::string_view keyword, Tree (Parser::*part)());

    Tree comparison(Term left, size_t begin);
    bool right_side(Compare& compare, const Operator& op, bool blank_before);
    bool modified_list(Compare& compare);
    bool list_or_name(Term& term, bool calls_allowed);
    bool list_items(ValueList& list);
    bool word_or_call(Term& term);
    bool number_or_call(Term& term);
    bool word(Term& term);
    bool value_of_field(Term& term, size_t begin);
    const Operator* take_operator();

    bool sees_call(bool with_val);
    bool call(Term& term);
    bool call_inputs(Call& call);
    bool call_input(Term& term, bool list_allowed);
    bool call_list(Term& term);
    bool field(Term& term, std::string_view name, size_t begin);
    bool bracket(std::string& argument, bool& given);

    bool enter();
    bool fail(std::string message, std::string hint = "");
    bool fail(Error error);

    Lexer lexer_;
    Error error_;
    bool failed_ = false;
    size_t depth_ = 0;
};

bool Parser::fail(Error error) {
    if (!failed_) {
        error_ = std::move(error);
        failed_ = true;
    }
    return false;
}

bool Parser::fail(std::string message, std::string hint) {
    return fail(Error{std::move(message) + ", not " + lexer_.next_words(), std::move(hint),
                      lexer_.where(lexer_.at())});
}

bool Parser::enter() {
    if (++depth_ <= kDeepest) {
        return true;
    }
    return fail(Error{"nested deeper than " + std::to_string(kDeepest) + " levels",
                      "split the condition into macros", lexer_.where(lexer_.at())});
}

Result<Expr> Parser::whole_condition() {
    Tree tree = any();
    if (tree && !lexer_.at_end()) {
        fail("expected 'and', 'or' or the end of the condition",
             "a value with blanks, commas or parentheses needs quotes");
    }
    if (failed_) {
        return error_;
    }
    return std::move(*tree);
}

Result<Term> Parser::one_term(size_t& length) {
    Term term;
    const size_t begin = lexer_.at();
    bool fine = false;
    if (const auto name = lexer_.take_field_name()) {
        fine = field(term, *name, begin);
    } else if (sees_call(false)) {
        fine = call(term);
    } else {
        fine = fail("expected a field or a transformer");
    }
    if (!fine) {
        return error_;
    }
    length = lexer_.at();
    return term;
}

/// `part keyword part …`; one part alone is itself.
template <class Node>
Parser::Tree Parser::chain(std::string_view keyword, Tree (Parser::*part)()) {
    lexer_.take_blanks();
    const size_t begin = lexer_.at();
    Tree first = (this->*part)();
    if (!first) {
        return nullptr;
    }
    Node node;
    lexer_.take_blanks();
    while (lexer_.take(keyword)) {
        Tree next;
        if (lexer_.take_blanks()) {
            next = (this->*part)();
        } else if (lexer_.take("(")) {
            next = rest_of_group();
        } else {
            fail("expected a blank or '(' after '" + std::string(keyword) + "'");
        }
        if (!next) {
            return nullptr;
        }
        if (first) {
            node.terms.push_back(std::move(*first));
            first.reset();
        }
        node.terms.push_back(std::move(*next));
        lexer_.take_blanks();
    }
    if (first) {
        return first;
    }
    return std::make_unique<Expr>(Expr{std::move(node), lexer_.span_from(begin)});
}

Parser::Tree Parser::any() {
    return chain<Any>("or", &Parser::all);
}

Parser::Tree Parser::all() {
    return chain<All>("and", &Parser::negation);
}

Parser::Tree Parser::negation() {
    lexer_.take_blanks();
    const size_t begin = lexer_.at();
    bool negated = false;
    while (lexer_.take_followed_by_blank("not")) {
        negated = !negated;
    }
    Tree inner;
    if (lexer_.take("not(")) {
        negated = !negated;
        inner = rest_of_group();
    } else {
        inner = check();
    }
    if (!inner || !negated) {
        return inner;
    }
    return std::make_unique<Expr>(Expr{Not{std::move(inner)}, lexer_.span_from(begin)});
}

Parser::Tree Parser::rest_of_group() {
    if (!enter()) {
        return nullptr;
    }
    Tree inner = any();
    --depth_;
    if (!inner) {
        return nullptr;
    }
    lexer_.take_blanks();
    if (!lexer_.take(")")) {
        fail("expected 'and', 'or' or a closing ')'");
        return nullptr;
    }
    return inner;
}

Parser::Tree Parser::check() {
    lexer_.take_blanks();
    const size_t begin = lexer_.at();
    if (lexer_.take("(")) {
        return rest_of_group();
    }
    Term left;
    if (const auto name = lexer_.take_field_name()) {
        return field(left, *name, begin) ? comparison(std::move(left), begin) : nullptr;
    }
    if (sees_call(false)) {
        return call(left) ? comparison(std::move(left), begin) : nullptr;
    }
    if (sees_call(true)) {
        fail("expected a field or a transformer on the left",
             "val() belongs on the right of an operator");
        return nullptr;
    }
    if (const auto name = lexer_.take_identifier()) {
        return std::make_unique<Expr>(Expr{MacroName{std::string(*name)}, lexer_.span_from(begin)});
    }
    fail("expected a field, a transformer, a macro name or '('");
    return nullptr;
}

const Operator* Parser::take_operator() {
    // The longest spelling wins: `<=` before `<`, `intersects` before `in`.
    const Operator* longest = nullptr;
    const size_t begin = lexer_.at();
    size_t end = begin;
    for (const Operator& op : all_operators()) {
        lexer_.go_back(begin);
        const bool needs_blank =
            op.right == RightSide::word && op.spelling.front() >= 'a' && op.spelling.front() <= 'z';
        const bool taken =
            needs_blank ? lexer_.take_followed_by_blank(op.spelling) : lexer_.take(op.spelling);
        const bool longer = !longest || op.spelling.size() > longest->spelling.size();
        if (taken && longer) {
            longest = &op;
            end = lexer_.at();
        }
    }
    lexer_.go_back(end);
    return longest;
}

Parser::Tree Parser::comparison(Term left, size_t begin) {
    Compare compare;
    compare.left = std::move(left);
    lexer_.take_blanks();
    const size_t op_begin = lexer_.at();
    const Operator* op = take_operator();
    if (!op) {
        fail("expected an operator", "such as = != < contains startswith in exists, then a blank");
        return nullptr;
    }
    compare.op = op->spelling;
    compare.op_span = lexer_.span_from(op_begin);
    compare.op_span.end = compare.op_span.begin + static_cast<uint32_t>(op->spelling.size());
    const bool blank_inside = lexer_.at() > compare.op_span.end;
    if (op->right != RightSide::nothing &&
        !right_side(compare, *op, lexer_.take_blanks() || blank_inside)) {
        return nullptr;
    }
    compare.span = lexer_.span_from(begin);
    const Span span = compare.span;
    return std::make_unique<Expr>(Expr{std::move(compare), span});
}

bool Parser::right_side(Compare& compare, const Operator& op, bool blank_before) {
    if (op.right == RightSide::word && blank_before && modified_list(compare)) {
        return true;
    }
    if (failed_) {
        return false;
    }
    Term& term = compare.right.emplace_back();
    switch (op.right) {
        case RightSide::number:
            return number_or_call(term);
        case RightSide::list:
            return list_or_name(term, true);
        default:
            return word_or_call(term);
    }
}

/// `anyof (a, b)` or `anyof some_list`. A modifier without a list is a plain word, so this may say
/// no without having failed.
bool Parser::modified_list(Compare& compare) {
    const size_t begin = lexer_.at();
    for (const auto& [name, modifier] : kModifiers) {
        if (!lexer_.take_followed_by_blank(name)) {
            continue;
        }
        const size_t list_begin = lexer_.at();
        const auto next = lexer_.take_identifier();
        const bool is_list = next ? *next != "and" && *next != "or" : lexer_.take("(");
        lexer_.go_back(is_list ? list_begin : begin);
        if (!is_list) {
            return false;
        }
        compare.modifier = modifier;
        return list_or_name(compare.right.emplace_back(), false);
    }
    return false;
}

bool Parser::list_or_name(Term& term, bool calls_allowed) {
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

bool Parser::list_items(ValueList& list) {
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

bool Parser::word(Term& term) {
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

bool Parser::word_or_call(Term& term) {
    return sees_call(true) ? call(term) : word(term);
}

bool Parser::number_or_call(Term& term) {
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

bool Parser::sees_call(bool with_val) {
    const size_t begin = lexer_.at();
    const auto name = lexer_.take_identifier();
    const bool is_call =
        name && lexer_.take("(") && (find_transformer(*name) || (with_val && *name == "val"));
    lexer_.go_back(begin);
    return is_call;
}

/// Stands at a name that `sees_call` has seen.
bool Parser::call(Term& term) {
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
    --depth_;
    if (!bracket(made->argument, made->has_argument)) {
        return false;
    }
    term = {std::move(made), lexer_.span_from(begin)};
    return true;
}

bool Parser::value_of_field(Term& term, size_t begin) {
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

bool Parser::call_inputs(Call& call) {
    do {
        lexer_.take_blanks();
        if (!call_input(call.inputs.emplace_back(), true)) {
            return false;
        }
        lexer_.take_blanks();
    } while (lexer_.take(","));
    return lexer_.take(")") || fail("expected ',' or ')' in the call of " + call.name);
}

bool Parser::call_input(Term& term, bool list_allowed) {
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

bool Parser::call_list(Term& term) {
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

bool Parser::field(Term& term, std::string_view name, size_t begin) {
    FieldName field{std::string(name), "", false, {}};
    if (!bracket(field.argument, field.has_argument)) {
        return false;
    }
    field.span = lexer_.span_from(begin);
    const Span span = field.span;
    term = {std::move(field), span};
    return true;
}

bool Parser::bracket(std::string& argument, bool& given) {
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

}  // namespace

Result<Expr> parse_condition(std::string_view text, uint32_t source) {
    return Parser(text, source).whole_condition();
}

Result<Term> parse_term(std::string_view text, size_t& length, uint32_t source) {
    return Parser(text, source).one_term(length);
}

}  // namespace saker::lang
