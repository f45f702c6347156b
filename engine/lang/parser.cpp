// Recursive descent over the grammar of conditions (docs/rules.md).
#include <array>
#include <cstddef>
#include <utility>

#include "engine/lang/ast.h"
#include "engine/lang/lexer.h"
#include "engine/lang/operators.h"
#include "engine/lang/term_parser.h"

namespace saker::lang {
namespace {

constexpr std::array<std::pair<std::string_view, Modifier>, 3> kModifiers{{
    {"oneof", Modifier::one_of},
    {"anyof", Modifier::any_of},
    {"allof", Modifier::all_of},
}};

/// Its functions give null or false after `terms_` has noted the mistake.
class Parser {
  public:
    Parser(std::string_view text, uint32_t source) : lexer_(text, source), terms_(lexer_) {}

    Result<Expr> whole_condition();

  private:
    using Tree = std::unique_ptr<Expr>;

    Tree any();
    Tree all();
    Tree negation();
    Tree check();
    Tree rest_of_group();
    template <class Node>
    Tree chain(std::string_view keyword, Tree (Parser::*part)());

    const Operator* take_operator();
    Tree comparison(Term left, size_t begin);
    bool right_side(Compare& compare, const Operator& op, bool blank_before);
    bool modified_list(Compare& compare);

    std::nullptr_t fail(std::string message, std::string hint = "") {
        terms_.fail(std::move(message), std::move(hint));
        return nullptr;
    }

    Lexer lexer_;
    TermParser terms_;
};

Result<Expr> Parser::whole_condition() {
    Tree tree = any();
    if (tree && !lexer_.at_end()) {
        fail("expected 'and', 'or' or the end of the condition",
             "a value with blanks, commas or parentheses needs quotes");
    }
    if (terms_.failed()) {
        return terms_.error();
    }
    return std::move(*tree);
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
    if (!terms_.enter()) {
        return nullptr;
    }
    Tree inner = any();
    terms_.leave();
    if (!inner) {
        return nullptr;
    }
    lexer_.take_blanks();
    if (!lexer_.take(")")) {
        return fail("expected 'and', 'or' or a closing ')'");
    }
    return inner;
}

Parser::Tree Parser::check() {
    lexer_.take_blanks();
    const size_t begin = lexer_.at();
    if (lexer_.take("(")) {
        return rest_of_group();
    }
    if (lexer_.sees_field_name() || terms_.sees_call(false)) {
        Term left;
        return terms_.field_or_call(left) ? comparison(std::move(left), begin) : nullptr;
    }
    if (terms_.sees_call(true)) {
        return fail("expected a field or a transformer on the left",
                    "val() belongs on the right of an operator");
    }
    if (const auto name = lexer_.take_identifier()) {
        return std::make_unique<Expr>(Expr{MacroName{std::string(*name)}, lexer_.span_from(begin)});
    }
    return fail("expected a field, a transformer, a macro name or '('");
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
        return fail("expected an operator",
                    "such as = != < contains startswith in exists, then a blank");
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
    if (terms_.failed()) {
        return false;
    }
    Term& term = compare.right.emplace_back();
    switch (op.right) {
        case RightSide::number:
            return terms_.number_or_call(term);
        case RightSide::list:
            return terms_.list_or_name(term, true);
        default:
            return terms_.word_or_call(term);
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
        return terms_.list_or_name(compare.right.emplace_back(), false);
    }
    return false;
}

}  // namespace

Result<Expr> parse_condition(std::string_view text, uint32_t source) {
    return Parser(text, source).whole_condition();
}

}  // namespace saker::lang
