// Looks up what a condition names, and refuses what cannot be meant.
#include <algorithm>
#include <optional>

#include "engine/base/nearest.h"
#include "engine/event/event_kind.h"
#include "engine/lang/doubts.h"
#include "engine/lang/resolve.h"

namespace saker::lang {
namespace {

// Nobody reads more, and hostile conditions could have any number of them.
constexpr size_t kMostDoubts = 500;
constexpr size_t kMostMistakes = 1000;  // so most of them are errors

const FieldUse* plain_field(const Operand& operand) {
    return std::get_if<FieldUse>(&operand.node);
}

bool is_event_type(const Operand& operand) {
    const FieldUse* use = plain_field(operand);
    return use && use->field->name == "evt.type";
}

unsigned bits_of(const Operand& operand) {
    const FieldUse* use = plain_field(operand);
    return use ? lang::bits_of(*use->field) : 64;
}

bool same_type(const Operand& left, const Operand& right) {
    const auto plain = [](FieldType type) {
        return type == FieldType::path ? FieldType::text : type;
    };
    return plain(left.type) == plain(right.type) && bits_of(left) == bits_of(right) &&
           left.is_list() == right.is_list();
}

std::string kind_of(const Operand& operand) {
    return (operand.is_list() ? "a list of " : "") + std::string(name_of(operand.type));
}

std::string operators_for(const Operand& left) {
    std::string names;
    for (const Operator& op : all_operators()) {
        if (op.takes(left.type) && (!left.is_list() || op.on_lists)) {
            names.append(names.empty() ? "" : ", ").append(op.spelling);
        }
    }
    return names;
}

Mistake unknown_event(const Word& word) {
    std::vector<std::string_view> names;
    std::ranges::transform(kEventNames, std::back_inserter(names), &EventName::name);
    const auto like = nearest(word.text, names);
    return mistake("no event is called '" + word.text + "'",
                   like.empty() ? "evt.type is compared with whole names; see saker list events"
                                : "did you mean " + std::string(like) + "?",
                   word.span);
}

/// Literals in any order and number mean the same to `in` and its like.
std::string literals_key(const Test& test) {
    std::vector<std::string> texts;
    for (const Literal& literal : test.literals()) {
        const auto* truth = std::get_if<bool>(&literal.other);
        const auto* number = std::get_if<int64_t>(&literal.other);
        const auto* size = std::get_if<uint64_t>(&literal.other);
        texts.push_back(truth    ? spell(*truth ? "true" : "false")
                        : number ? std::to_string(*number)
                        : size   ? std::to_string(*size)
                                 : spell(literal.text));
    }
    if (test.modifier != Modifier::one_of) {  // which counts
        std::ranges::sort(texts);
        texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    }
    std::string key;
    for (const std::string& text : texts) {
        key.append(key.empty() ? "" : ", ").append(text);
    }
    return key;
}

std::string key_of(const Test& test) {
    static constexpr std::string_view kModifiers[] = {"", "oneof ", "anyof ", "allof "};
    if (test.op->family == Family::exists) {
        return test.left.key + " exists";
    }
    const bool single = test.has_literals() && test.literals().size() == 1 &&
                        test.modifier == Modifier::none && !test.left.is_list();
    const bool is_set = test.op->family == Family::in || test.op->family == Family::intersects;
    const bool is_equal = test.op->family == Family::equal || (single && is_set);
    std::string key = test.left.key + " ";
    key.append(is_equal ? "=" : test.op->spelling).append(" ");
    if (!test.has_literals()) {
        return key + "val(" + test.right.key + ")";
    }
    key.append(kModifiers[static_cast<size_t>(test.modifier)]);
    const auto literals = literals_key(test);
    return single ? key + literals : key + "(" + literals + ")";
}

class Checker {
  public:
    std::optional<Condition> condition(const Expr& expr);
    std::vector<Mistake> take_mistakes() { return std::move(mistakes_); }

  private:
    template <class Node>
    std::optional<Condition> chain(const std::vector<Expr>& terms);
    std::optional<Condition> test(const Compare& compare);
    bool check_left(const Test& test, const Compare& compare);
    bool right_side(Test& test, const Compare& compare);
    bool literals(Test& test, const std::vector<const Word*>& words);
    bool field_right(Test& test, const Compare& compare);
    bool prepare(Test& test, Span span);
    void refuse(std::string message, std::string hint, Span span) {
        mistakes_.push_back(mistake(std::move(message), std::move(hint), span));
    }

    bool has_enough();

    std::vector<Mistake> mistakes_;
    bool gave_up_ = false;
};

/// Whether there are so many mistakes that looking further is no use.
bool Checker::has_enough() {
    if (mistakes_.size() > kMostMistakes && !gave_up_) {
        gave_up_ = true;
        refuse("more than " + std::to_string(kMostMistakes) + " mistakes and warnings",
               "the rest is not looked at", mistakes_.back().span);
    }
    return gave_up_;
}

template <class Node>
std::optional<Condition> Checker::chain(const std::vector<Expr>& terms) {
    Node node;
    for (const Expr& term : terms) {
        if (auto checked = condition(term)) {
            node.terms.push_back(std::move(*checked));
        }
    }
    if (node.terms.size() != terms.size()) {
        return std::nullopt;
    }
    return Condition{std::move(node)};
}

std::optional<Condition> Checker::condition(const Expr& expr) {
    if (has_enough()) {
        return std::nullopt;
    }
    if (const auto* compare = std::get_if<Compare>(&expr.node)) {
        return test(*compare);
    }
    if (const auto* all = std::get_if<All>(&expr.node)) {
        return chain<AllOf>(all->terms);
    }
    if (const auto* any = std::get_if<Any>(&expr.node)) {
        return chain<AnyOf>(any->terms);
    }
    if (const auto* negation = std::get_if<Not>(&expr.node)) {
        auto inner = condition(*negation->term);
        if (!inner) {
            return std::nullopt;
        }
        return Condition{Negation{std::make_unique<Condition>(std::move(*inner))}};
    }
    const auto& macro = std::get<MacroName>(expr.node);
    Mistake undefined =
        mistake("there is no macro '" + macro.name + "'",
                "a test needs a field and an operator, as in proc.name = cat", expr.span);
    undefined.code = "LOAD_ERR_VALIDATE";
    mistakes_.push_back(std::move(undefined));
    return std::nullopt;
}

std::optional<Condition> Checker::test(const Compare& compare) {
    Test test;
    test.span = compare.span;
    test.modifier = compare.modifier;
    test.op = find_operator(compare.op);
    if (!test.op) {
        refuse("there is no operator '" + compare.op + "'", "", compare.op_span);
        return std::nullopt;
    }
    auto left = resolve_operand(compare.left, Place::left, mistakes_);
    if (!left) {
        return std::nullopt;
    }
    test.left = std::move(*left);
    const auto* use = std::get_if<FieldUse>(&test.left.node);
    if (use && use->field->flags.is_distance && test.op->family == Family::equal) {
        test.op = find_operator("<=");
    }
    if (!check_left(test, compare)) {
        return std::nullopt;
    }
    if (test.op->family != Family::exists && !right_side(test, compare)) {
        return std::nullopt;
    }
    test.key = key_of(test);
    return Condition{std::move(test)};
}

bool Checker::check_left(const Test& test, const Compare& compare) {
    if (test.left.is_list() && !test.op->on_lists) {
        refuse("'" + compare.op + "' does not compare lists, which " + test.left.key + " yields",
               "operators for lists are " + operators_for(test.left), compare.op_span);
        return false;
    }
    if (!test.op->takes(test.left.type) && test.op->family != Family::exists) {
        refuse("'" + compare.op + "' does not compare " + std::string(name_of(test.left.type)) +
                   ", which " + test.left.key + " yields",
               "operators for it are " + operators_for(test.left), compare.op_span);
        return false;
    }
    return true;
}

bool Checker::right_side(Test& test, const Compare& compare) {
    const Term& right = compare.right.front();
    if (const auto* word = std::get_if<Word>(&right.node)) {
        return literals(test, {word}) && prepare(test, right.span);
    }
    const auto* list = std::get_if<std::unique_ptr<ValueList>>(&right.node);
    if (!list) {
        return field_right(test, compare);
    }
    std::vector<const Word*> words;
    for (const Term& item : (*list)->items) {
        words.push_back(&std::get<Word>(item.node));
    }
    if ((*list)->is_name && !words.empty() && mistakes_.size() < kMostDoubts) {
        mistakes_.push_back(doubt(
            "there is no list '" + words.front()->text + "', so it is taken as the value itself",
            "define the list, or write (" + words.front()->text + ")", right.span));
    }
    return literals(test, words) && prepare(test, right.span);
}

bool Checker::literals(Test& test, const std::vector<const Word*>& words) {
    std::vector<Literal> read;
    for (const Word* word : words) {
        if (has_enough()) {
            return false;
        }
        if (mistakes_.size() < kMostDoubts) {
            note_doubts(*test.op, *word, mistakes_);
        }
        auto literal = read_literal(*test.op, test.left.type, word->text, bits_of(test.left));
        if (!literal) {
            refuse(literal.error().message, literal.error().hint, word->span);
        } else if (is_event_type(test.left) && !find_event_kind(word->text)) {
            mistakes_.push_back(unknown_event(*word));
        } else {
            read.push_back(std::move(*literal));
        }
    }
    const bool complete = read.size() == words.size();
    test.right.node = std::move(read);
    test.right.type = test.left.type;
    return complete;
}

bool Checker::prepare(Test& test, Span span) {
    const auto add = [&](std::span<const Literal> of) {
        auto matcher = make_matcher(*test.op, test.left.type, of);
        if (!matcher) {
            refuse(matcher.error().message, matcher.error().hint, span);
            return false;
        }
        test.matchers.push_back(std::move(*matcher));
        return true;
    };
    const auto all = test.literals();
    if (test.modifier == Modifier::none) {
        return add(all);
    }
    bool fine = true;
    for (size_t i = 0; i < all.size(); ++i) {
        fine = add(all.subspan(i, 1)) && fine;
    }
    return fine;
}

bool Checker::field_right(Test& test, const Compare& compare) {
    const Term& term = compare.right.front();
    auto right = resolve_operand(term, Place::right, mistakes_);
    if (!right) {
        return false;
    }
    const FieldUse* left = plain_field(test.left);
    if (!test.op->on_fields) {
        refuse("'" + compare.op + "' takes constants only on its right", "", term.span);
    } else if (test.left.type == FieldType::network || (left && left->field->flags.no_rhs)) {
        refuse(test.left.key + " can be compared with constants only", "", term.span);
    } else if (is_event_type(test.left)) {
        refuse("evt.type can be compared with constants only",
               "the events a rule is for must be known when it is loaded", term.span);
    } else if (!same_type(test.left, *right)) {
        const auto of_left = kind_of(test.left);
        const auto of_right = kind_of(*right);
        refuse(test.left.key + " yields " + of_left + ", but " + right->key + " yields " +
                   (of_left == of_right ? "other " : "") + of_right,
               "both sides must be of one type", term.span);
    } else {
        test.right = std::move(*right);
        return true;
    }
    return false;
}

}  // namespace

Checked check(const Expr& expr) {
    Checker checker;
    auto condition = checker.condition(expr);
    Checked checked{nullptr, checker.take_mistakes()};
    if (condition) {
        checked.condition = std::make_unique<Condition>(std::move(*condition));
    }
    return checked;
}

CheckedOperand check_printed(const Term& term) {
    CheckedOperand checked;
    if (auto operand = resolve_operand(term, Place::printed, checked.mistakes)) {
        checked.operand = std::move(*operand);
    }
    return checked;
}

}  // namespace saker::lang
