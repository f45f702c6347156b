#include "engine/rules/expander.h"

#include <algorithm>

#include "engine/rules/codes.h"
#include "engine/rules/suggest.h"

namespace saker::rules {
namespace {

// Beyond what people write; reached only by macros that double one another.
constexpr size_t kLargestCondition = 500'000;
constexpr size_t kLargestSet = 10'000'000;
constexpr size_t kDeepestMacros = 200;
constexpr size_t kDeepestTree = 3000;

const std::vector<lang::Term> kNoTerms;

/// The offset in `text` of a line and column as the parser counts them.
uint32_t offset_of(const std::string& text, const Where& where) {
    size_t start = 0;
    for (uint32_t line = 1; line < where.line; ++line) {
        const size_t end = text.find('\n', start);
        if (end == std::string::npos) {
            break;
        }
        start = end + 1;
    }
    const size_t column = where.column > 0 ? where.column - 1 : 0;
    return static_cast<uint32_t>(std::min(start + column, text.size()));
}

}  // namespace

std::string joined(const std::vector<Text>& parts) {
    std::string text;
    for (const Text& part : parts) {
        text += (&part == &parts.front() ? "" : " ") + part.value;
    }
    return text;
}

std::optional<lang::Expr> Expander::parse(const std::vector<Text>& parts, const std::string& item) {
    const std::string text = joined(parts);
    const uint32_t source = report_.add_text(parts, item);
    Result<lang::Expr> parsed = lang::parse_condition(text, source);
    if (!parsed) {
        const Error& error = parsed.error();
        const uint32_t at = offset_of(text, error.where);
        report_.error({codes::kCondition, error.message, error.hint, item},
                      report_.place_of({at, at, source}));
        return std::nullopt;
    }
    return std::move(*parsed);
}

std::optional<lang::Expr> Expander::condition(const std::vector<Text>& parts,
                                              const std::string& item) {
    std::optional<lang::Expr> parsed = parse(parts, item);
    if (!parsed || !expand(*parsed, item)) {
        return std::nullopt;
    }
    return parsed;
}

bool Expander::expand(lang::Expr& expr, const std::string& item) {
    Measure measure;
    const bool sound = expand_at(expr, measure, item);
    total_ += measure.size;
    return sound && !grown_too_large(measure, expr.span, item);
}

bool Expander::grown_too_large(const Measure& measure, const lang::Span& span,
                               const std::string& item) {
    if (measure.size <= kLargestCondition && measure.depth <= kDeepestTree &&
        total_ + measure.size <= kLargestSet) {
        return false;
    }
    report_.error({codes::kValidate, "the condition grows too large when macros and lists expand",
                   "macros that use one another twice double every time", item},
                  report_.place_of(span));
    return true;
}

bool Expander::expand_at(lang::Expr& expr, Measure& measure, const std::string& item) {
    ++measure.size;
    if (std::holds_alternative<lang::MacroName>(expr.node)) {
        return expand_macro_name(expr, measure, item);
    }
    if (auto* compare = std::get_if<lang::Compare>(&expr.node)) {
        return expand_compare(*compare, measure, item);
    }
    bool sound = true;
    size_t deepest = 0;
    const auto descend = [&](lang::Expr& term) {
        Measure below;
        sound = expand_at(term, below, item) && sound;
        measure.size += below.size;
        deepest = std::max(deepest, below.depth);
    };
    if (auto* all = std::get_if<lang::All>(&expr.node)) {
        std::ranges::for_each(all->terms, descend);
    } else if (auto* any = std::get_if<lang::Any>(&expr.node)) {
        std::ranges::for_each(any->terms, descend);
    } else if (auto* negation = std::get_if<lang::Not>(&expr.node)) {
        descend(*negation->term);
    }
    measure.depth = deepest + 1;
    return sound;
}

bool Expander::expand_macro_name(lang::Expr& expr, Measure& measure, const std::string& item) {
    const std::string name = std::get<lang::MacroName>(expr.node).name;
    const Macro* found = macro(name, expr.span, item);
    if (found == nullptr) {
        return false;
    }
    measure.size += found->size;
    measure.depth = found->depth;
    if (grown_too_large(measure, expr.span, item)) {
        return false;
    }
    expr = lang::copy(found->expr);
    return true;
}

const Expander::Macro* Expander::macro(const std::string& name, const lang::Span& use,
                                       const std::string& item) {
    const auto refuse = [&](const std::string& message, const std::string& hint) {
        report_.error({codes::kValidate, message, hint, item}, report_.place_of(use));
        return nullptr;
    };
    const MacroItem* written = items_.macros().find(name);
    if (written == nullptr) {
        if (items_.is_broken(name) || report_.is_incomplete()) {
            return nullptr;
        }
        return refuse("Undefined macro '" + name + "' used in filter.", hint_for_macro(name));
    }
    used_macros_.insert(name);
    Macro& entry = macros_[name];
    if (entry.state == State::open) {
        return refuse("reference loop in macro '" + name + "'", "a macro may not need itself");
    }
    if (entry.state == State::fresh && macro_depth_ >= kDeepestMacros) {
        return refuse("macros refer to one another too deeply", "");
    }
    if (entry.state == State::fresh) {
        open_macro(*written, entry);
    }
    return entry.state == State::done ? &entry : nullptr;
}

void Expander::open_macro(const MacroItem& written, Macro& entry) {
    entry.state = State::open;
    ++macro_depth_;
    const std::string own = item_name("macro", written.name);
    std::optional<lang::Expr> parsed = parse(written.condition, own);
    Measure measure;
    const bool sound =
        parsed && expand_at(*parsed, measure, own) && !grown_too_large(measure, parsed->span, own);
    if (sound) {
        entry.expr = std::move(*parsed);
    }
    --macro_depth_;
    total_ += measure.size;
    entry.size = measure.size;
    entry.depth = measure.depth;
    entry.state = sound ? State::done : State::bad;
}

std::string Expander::hint_for_macro(const std::string& name) const {
    if (items_.lists().find(name) != nullptr) {
        return "'" + name + "' is a list; write, say, proc.name in (" + name + ")";
    }
    std::vector<std::string_view> names;
    for (const MacroItem& macro : items_.macros().items) {
        names.push_back(macro.name.value);
    }
    const std::string near = did_you_mean(name, names);
    return near.empty() ? "a word alone is the name of a macro; a field has a dot, as proc.name"
                        : near;
}

void Expander::expand_macros() {
    for (const MacroItem& written : items_.macros().items) {
        const bool used = used_macros_.count(written.name.value) != 0;
        macro(written.name.value, {}, item_name("macro", written.name));
        if (!used) {
            used_macros_.erase(written.name.value);
        }
    }
}

void Expander::note_uses(const std::vector<Text>& parts) {
    // Whether the text is right is for those who can load it to say.
    if (const Result<lang::Expr> parsed = lang::parse_condition(joined(parts))) {
        note_uses(*parsed);
    }
}

void Expander::note_uses(const lang::Expr& expr) {
    if (const auto* name = std::get_if<lang::MacroName>(&expr.node)) {
        used_macros_.insert(name->name);
    } else if (const auto* all = std::get_if<lang::All>(&expr.node)) {
        std::ranges::for_each(all->terms, [&](const lang::Expr& term) { note_uses(term); });
    } else if (const auto* any = std::get_if<lang::Any>(&expr.node)) {
        std::ranges::for_each(any->terms, [&](const lang::Expr& term) { note_uses(term); });
    } else if (const auto* negation = std::get_if<lang::Not>(&expr.node)) {
        note_uses(*negation->term);
    } else if (const auto* compare = std::get_if<lang::Compare>(&expr.node)) {
        for (const lang::Term& right : compare->right) {
            const auto* values = std::get_if<std::unique_ptr<lang::ValueList>>(&right.node);
            for (const lang::Term& value : values == nullptr ? kNoTerms : (*values)->items) {
                if (const auto* word = std::get_if<lang::Word>(&value.node)) {
                    used_lists_.insert(word->text);
                }
            }
        }
    }
}

void Expander::report_unused() {
    for (const MacroItem& macro : items_.macros().items) {
        if (used_macros_.count(macro.name.value) == 0) {
            report_.warning({codes::kUnusedMacro, "Macro not referred to by any other rule/macro",
                             "", item_name("macro", macro.name)},
                            macro.name.place);
        }
    }
    for (const ListItem& list : items_.lists().items) {
        for (const Text& item : list.items) {
            if (item.value != list.name.value) {
                used_lists_.insert(item.value);
            }
        }
    }
    for (const ListItem& list : items_.lists().items) {
        if (used_lists_.count(list.name.value) == 0) {
            report_.warning(
                {codes::kUnusedList, "List not referred to by any other rule/macro/list", "",
                 item_name("list", list.name)},
                list.name.place);
        }
    }
}

}  // namespace saker::rules
