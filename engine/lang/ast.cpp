// Copying and printing trees.
#include "engine/lang/ast.h"

namespace saker::lang {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

template <class Item>
std::vector<Item> copy_each(const std::vector<Item>& items) {
    std::vector<Item> copies;
    copies.reserve(items.size());
    for (const Item& item : items) {
        copies.push_back(copy(item));
    }
    return copies;
}

std::string_view name_of(Modifier modifier) {
    switch (modifier) {
        case Modifier::one_of:
            return "oneof ";
        case Modifier::any_of:
            return "anyof ";
        case Modifier::all_of:
            return "allof ";
        case Modifier::none:
            break;
    }
    return "";
}

std::string bracketed(const std::string& argument, bool given) {
    return given ? "[" + spell(argument) + "]" : "";
}

std::string text_of(const Term& term, std::string_view between_items);

std::string joined(const std::vector<Term>& terms, std::string_view between) {
    std::string text;
    for (const Term& term : terms) {
        text.append(text.empty() ? "" : between).append(text_of(term, between));
    }
    return text;
}

std::string text_of(const Term& term, std::string_view between_items) {
    return std::visit(Overloaded{
                          [](const FieldName& field) {
                              return field.name + bracketed(field.argument, field.has_argument);
                          },
                          [](const Word& word) { return spell(word.text); },
                          [](const std::unique_ptr<Call>& call) {
                              return call->name + "(" + joined(call->inputs, ",") + ")" +
                                     bracketed(call->argument, call->has_argument);
                          },
                          [&](const std::unique_ptr<ValueList>& list) {
                              const auto items = joined(list->items, between_items);
                              return list->is_name ? items : "(" + items + ")";
                          },
                      },
                      term.node);
}

std::string right_text(const Term& term) {
    const auto text = text_of(term, ", ");
    return std::holds_alternative<FieldName>(term.node) ? "val(" + text + ")" : text;
}

std::string chain_text(const std::vector<Expr>& terms, std::string_view between) {
    std::string text = "(";
    for (const Expr& term : terms) {
        text.append(text.size() == 1 ? "" : between).append(to_text(term));
    }
    return text + ")";
}

}  // namespace

Term copy(const Term& term) {
    return {
        std::visit(Overloaded{
                       [](const std::unique_ptr<Call>& call) -> decltype(Term::node) {
                           return std::make_unique<Call>(Call{call->name, copy_each(call->inputs),
                                                              call->argument, call->has_argument});
                       },
                       [](const std::unique_ptr<ValueList>& list) -> decltype(Term::node) {
                           return std::make_unique<ValueList>(
                               ValueList{copy_each(list->items), list->is_name});
                       },
                       [](const auto& plain) -> decltype(Term::node) { return plain; },
                   },
                   term.node),
        term.span};
}

Expr copy(const Expr& expr) {
    using Node = decltype(Expr::node);
    return {std::visit(Overloaded{
                           [](const Compare& compare) -> Node {
                               return Compare{copy(compare.left), compare.op,
                                              compare.modifier,   copy_each(compare.right),
                                              compare.span,       compare.op_span};
                           },
                           [](const All& all) -> Node { return All{copy_each(all.terms)}; },
                           [](const Any& any) -> Node { return Any{copy_each(any.terms)}; },
                           [](const Not& negation) -> Node {
                               return Not{std::make_unique<Expr>(copy(*negation.term))};
                           },
                           [](const MacroName& macro) -> Node { return macro; },
                       },
                       expr.node),
            expr.span};
}

std::string to_text(const Expr& expr) {
    return std::visit(Overloaded{
                          [](const Compare& compare) {
                              std::string text = text_of(compare.left, ",") + " " + compare.op;
                              if (!compare.right.empty()) {
                                  text.append(" ").append(name_of(compare.modifier));
                                  text.append(right_text(compare.right.front()));
                              }
                              return text;
                          },
                          [](const All& all) { return chain_text(all.terms, " and "); },
                          [](const Any& any) { return chain_text(any.terms, " or "); },
                          [](const Not& negation) { return "not " + to_text(*negation.term); },
                          [](const MacroName& macro) { return macro.name; },
                      },
                      expr.node);
}

std::string spell(std::string_view word) {
    static constexpr std::string_view kHexadecimal = "0123456789abcdef";
    std::string text;
    bool quoted = word.empty();
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        const size_t named = std::string_view("\b\f\n\r\t\\\"").find(c);
        if (named != std::string_view::npos) {
            text.push_back('\\');
            text.push_back("bfnrt\\\""[named]);
        } else if (byte < ' ' || byte == 0x7f) {
            text.append("\\x");
            text.push_back(kHexadecimal[byte >> 4U]);
            text.push_back(kHexadecimal[byte & 15U]);
        } else {
            text.push_back(c);
        }
        quoted =
            quoted || byte <= ' ' || byte == 0x7f || named != std::string_view::npos || c == '\'';
    }
    return quoted ? "\"" + text + "\"" : text;
}

}  // namespace saker::lang
