#include "engine/rules/exceptions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/lang/condition.h"
#include "engine/lang/operators.h"
#include "engine/lang/transformers.h"
#include "engine/rules/codes.h"
#include "engine/rules/expander.h"

namespace saker::rules {
namespace {

/// An operator with the word that may follow it: `startswith oneof`.
struct Comparison {
    const lang::Operator* op = nullptr;
    lang::Modifier modifier = lang::Modifier::none;

    bool wants_list() const {
        return modifier != lang::Modifier::none || op->right == lang::RightSide::list;
    }
};

std::optional<lang::Modifier> find_modifier(std::string_view word) {
    static constexpr auto kModifiers = std::to_array<std::pair<std::string_view, lang::Modifier>>(
        {{"oneof", lang::Modifier::one_of},
         {"anyof", lang::Modifier::any_of},
         {"allof", lang::Modifier::all_of}});
    const auto found =
        std::ranges::find(kModifiers, word, [](const auto& row) { return row.first; });
    return found == kModifiers.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Comparison> find_comparison(std::string_view text) {
    const size_t blank = text.find(' ');
    Comparison found{lang::find_operator(text.substr(0, blank))};
    if (blank != text.npos) {
        const size_t word = text.find_first_not_of(' ', blank);
        const auto modifier = find_modifier(text.substr(std::min(word, text.size())));
        if (!modifier || found.op == nullptr || found.op->right != lang::RightSide::word) {
            return std::nullopt;
        }
        found.modifier = *modifier;
    }
    return found.op == nullptr ? std::nullopt : std::optional(found);
}

bool is_number(std::string_view text) {
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        text.remove_prefix(1);
    }
    return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

/// `val(…)` or a transformer's call: the only texts that are more than values.
bool is_call(std::string_view text) {
    const size_t open = text.find('(');
    if (open == text.npos) {
        return false;
    }
    const std::string_view name = text.substr(0, open);
    return name == "val" || lang::find_transformer(name) != nullptr;
}

class Builder {
  public:
    Builder(const ExceptionItem& exception, const std::string& item, Report& report)
        : exception_(exception), item_(item), report_(report) {}

    /// Nothing when it is wrong; no term when it has no values.
    std::optional<std::vector<lang::Expr>> build() {
        if (!exception_.fields.given) {
            return refuse(codes::kValidate,
                          "Rule exception item must have fields property with a list of fields",
                          exception_.name.place);
        }
        return exception_.fields.is_list ? build_tuples() : build_scalar();
    }

  private:
    using Terms = std::optional<std::vector<lang::Expr>>;

    std::nullopt_t refuse(const char* code, std::string message, Place place,
                          std::string hint = {}) {
        report_.error({code, std::move(message), std::move(hint), item_}, place);
        return std::nullopt;
    }

    Terms build_scalar() {
        const Entry& comps = exception_.comps;
        if (comps.is_list) {
            return refuse(codes::kValidate, "Fields and comps must both be strings",
                          comps.text.place);
        }
        const std::string name = comps.given ? comps.text.value : "in";
        const std::optional<Comparison> comparison = find_comparison(name);
        if (!comparison || !comparison->wants_list()) {
            return refuse(codes::kValidate,
                          "When fields is a single value, comps must be one of (in, pmatch, "
                          "intersects)",
                          comps.text.place, "or an operator with oneof, anyof or allof");
        }
        std::optional<lang::Term> field = field_of(exception_.fields);
        const auto is_list = [](const Entry& entry) { return entry.is_list; };
        if (const auto list = std::ranges::find_if(exception_.values, is_list);
            list != exception_.values.end()) {
            return refuse(codes::kValidate, "Expected values array to contain a list of strings",
                          list->text.place, "for several fields, write fields: [a, b]");
        }
        if (!field) {
            return std::nullopt;
        }
        if (exception_.values.empty()) {
            return std::vector<lang::Expr>{};
        }
        Entry all;
        all.is_list = true;
        all.entries = exception_.values;
        all.text.place = exception_.name.place;
        std::optional<lang::Expr> compare = comparison_of(*field, name, *comparison, all);
        return compare ? negated(std::move(*compare)) : std::nullopt;
    }

    Terms build_tuples() {
        std::vector<std::string> names;
        for (const Entry& comp : exception_.comps.entries) {
            names.push_back(comp.text.value);
        }
        const size_t width = exception_.fields.entries.size();
        if (!exception_.comps.given) {
            names.assign(width, "=");
        }
        if (names.size() != width) {
            return refuse(codes::kValidate, "Fields and comps lists must have equal length",
                          exception_.comps.text.place);
        }
        std::vector<Comparison> comparisons;
        std::vector<lang::Term> fields;
        for (size_t i = 0; i < width; ++i) {
            const std::optional<Comparison> comparison = find_comparison(names[i]);
            if (!comparison) {
                refuse(codes::kValidate,
                       fmt::format("'{}' is not a supported comparison operator", names[i]),
                       exception_.comps.entries[i].text.place);
            } else {
                comparisons.push_back(*comparison);
            }
            if (std::optional<lang::Term> field = field_of(exception_.fields.entries[i])) {
                fields.push_back(std::move(*field));
            }
        }
        if (comparisons.size() != width || fields.size() != width) {
            return std::nullopt;
        }
        lang::Any any;
        for (const Entry& tuple : exception_.values) {
            if (!tuple.is_list || tuple.entries.size() != width) {
                return refuse(codes::kValidate, "Fields and values lists must have equal length",
                              tuple.text.place, fmt::format("write a list of {} values", width));
            }
            std::optional<lang::Expr> all = tuple_of(fields, names, comparisons, tuple);
            if (!all) {
                return std::nullopt;
            }
            any.terms.push_back(std::move(*all));
        }
        if (any.terms.empty() || width == 0) {
            return std::vector<lang::Expr>{};
        }
        return negated(one_or(std::move(any)));
    }

    std::optional<lang::Expr> tuple_of(const std::vector<lang::Term>& fields,
                                       const std::vector<std::string>& names,
                                       const std::vector<Comparison>& comparisons,
                                       const Entry& tuple) {
        lang::All all;
        for (size_t i = 0; i < fields.size(); ++i) {
            std::optional<lang::Expr> one =
                comparison_of(fields[i], names[i], comparisons[i], tuple.entries[i]);
            if (!one) {
                return std::nullopt;
            }
            all.terms.push_back(std::move(*one));
        }
        return one_or(std::move(all));
    }

    /// The term itself when there is but one.
    template <class Node>
    static lang::Expr one_or(Node node) {
        if (node.terms.size() == 1) {
            return std::move(node.terms.front());
        }
        lang::Expr expr;
        expr.span = node.terms.empty() ? lang::Span{} : node.terms.front().span;
        expr.node = std::move(node);
        return expr;
    }

    static Terms negated(lang::Expr term) {
        lang::Expr expr;
        expr.span = term.span;
        expr.node = lang::Not{std::make_unique<lang::Expr>(std::move(term))};
        std::vector<lang::Expr> terms;
        terms.push_back(std::move(expr));
        return terms;
    }

    /// A field, or a transformer of one, that a condition may read.
    std::optional<lang::Term> field_of(const Entry& entry) {
        const std::string& text = entry.text.value;
        size_t length = 0;
        const uint32_t source = report_.add_text({entry.text}, item_);
        Result<lang::Term> term = lang::parse_term(text, length, source);
        std::string hint;
        if (!entry.is_list && term && length == text.size()) {
            lang::Compare compare;
            compare.left = lang::copy(*term);
            compare.op = "exists";
            lang::Expr exists;
            exists.node = std::move(compare);
            const lang::Checked checked = lang::check(exists);
            if (checked.condition != nullptr) {
                return std::move(*term);
            }
            hint = checked.mistakes.empty() ? "" : checked.mistakes.front().hint;
        }
        return refuse(codes::kValidate, fmt::format("'{}' is not a supported filter field", text),
                      entry.text.place, hint);
    }

    std::optional<lang::Expr> comparison_of(const lang::Term& field, const std::string& name,
                                            const Comparison& comparison, const Entry& value) {
        std::optional<lang::Term> right =
            comparison.wants_list() ? list_term(value) : single_term(comparison, value);
        if (!right) {
            return std::nullopt;
        }
        lang::Compare compare;
        compare.left = lang::copy(field);
        compare.op = name.substr(0, name.find(' '));
        compare.modifier = comparison.modifier;
        compare.span = right->span;
        compare.op_span = right->span;
        compare.right.push_back(std::move(*right));
        lang::Expr expr;
        expr.span = compare.span;
        expr.node = std::move(compare);
        return expr;
    }

    std::optional<lang::Term> list_term(const Entry& value) {
        auto list = std::make_unique<lang::ValueList>();
        const std::vector<Entry> alone(value.is_list ? 0 : 1, value);
        for (const Entry& entry : value.is_list ? value.entries : alone) {
            if (entry.is_list) {
                return refuse(codes::kCondition, "a list of values may not hold lists",
                              entry.text.place);
            }
            lang::Term& item = list->items.emplace_back();
            lang::Word word = word_of(entry.text);
            item.span = word.span;
            item.node = std::move(word);
        }
        lang::Term term;
        term.span = word_of(value.text).span;
        term.node = std::move(list);
        return term;
    }

    std::optional<lang::Term> single_term(const Comparison& comparison, const Entry& value) {
        if (value.is_list || comparison.op->right == lang::RightSide::nothing) {
            return refuse(codes::kCondition,
                          fmt::format("operator '{}' takes {}", comparison.op->spelling,
                                      value.is_list ? "a single value" : "no value"),
                          value.text.place, "for a list use in, or an operator with anyof");
        }
        if (is_call(value.text.value)) {
            return call_term(value);
        }
        if (comparison.op->right == lang::RightSide::number && !is_number(value.text.value)) {
            return refuse(codes::kCondition,
                          fmt::format("expected a number, not '{}'", value.text.value),
                          value.text.place);
        }
        lang::Term term;
        lang::Word word = word_of(value.text);
        term.span = word.span;
        term.node = std::move(word);
        return term;
    }

    std::optional<lang::Term> call_term(const Entry& value) {
        const std::vector<Text> parts = {{"a.b =", {}}, value.text};
        const uint32_t source = report_.add_text(parts, item_);
        Result<lang::Expr> parsed = lang::parse_condition(joined(parts), source);
        if (!parsed) {
            return refuse(codes::kCondition, parsed.error().message, value.text.place,
                          parsed.error().hint);
        }
        if (auto* compare = std::get_if<lang::Compare>(&parsed->node)) {
            return std::move(compare->right.front());
        }
        return refuse(codes::kCondition, "expected one value", value.text.place);
    }

    const ExceptionItem& exception_;
    const std::string& item_;
    Report& report_;
};

}  // namespace

std::optional<std::vector<lang::Expr>> expressions_of(const std::vector<ExceptionItem>& exceptions,
                                                      const std::string& item, Report& report) {
    std::vector<lang::Expr> all;
    bool sound = true;
    for (const ExceptionItem& exception : exceptions) {
        auto terms = Builder(exception, item, report).build();
        sound = sound && terms;
        if (terms) {
            std::ranges::move(*terms, std::back_inserter(all));
        }
    }
    return sound ? std::optional(std::move(all)) : std::nullopt;
}

}  // namespace saker::rules
