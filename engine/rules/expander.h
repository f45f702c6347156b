// Lists and macros put into the trees of conditions; values stay values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/lang/ast.h"
#include "engine/rules/collector.h"
#include "engine/rules/report.h"

namespace saker::rules {

class Expander {
  public:
    Expander(const Collector& items, Report& report) : items_(items), report_(report) {}

    /// Parses every macro and expands it, so that mistakes in unused ones are found too.
    void expand_macros();

    /// Parses a condition and expands it; nothing, and reported, when that cannot be done.
    std::optional<lang::Expr> condition(const std::vector<Text>& parts, const std::string& item);

    /// Expands lists and macros in a tree; false, and reported, when that cannot be done.
    bool expand(lang::Expr& expr, const std::string& item);

    /// Notes the names a condition uses that will not be loaded, so that they count as used.
    void note_uses(const std::vector<Text>& parts);

    /// Warns of macros and lists nothing refers to.
    void report_unused();

  private:
    enum class State : uint8_t { fresh, open, done, bad };

    struct Macro {
        State state = State::fresh;
        lang::Expr expr;
        size_t size = 0;
        size_t depth = 0;
    };
    struct List {
        State state = State::fresh;
        std::vector<lang::Word> words;
    };
    struct Measure {
        size_t size = 0;
        size_t depth = 0;
    };

    std::optional<lang::Expr> parse(const std::vector<Text>& parts, const std::string& item);
    const Macro* macro(const std::string& name, const lang::Span& use, const std::string& item);
    void open_macro(const MacroItem& written, Macro& entry);
    const List* list(const std::string& name);
    void open_list(const ListItem& written, List& entry);
    void note_uses(const lang::Expr& expr);

    bool expand_at(lang::Expr& expr, Measure& measure, const std::string& item);
    bool expand_macro_name(lang::Expr& expr, Measure& measure, const std::string& item);
    bool expand_compare(lang::Compare& compare, Measure& measure, const std::string& item);
    bool expand_values(lang::ValueList& values, const lang::Span& span, Measure& measure,
                       const std::string& item);
    bool expand_word(lang::Term& term, const std::string& item);
    bool grown_too_large(const Measure& measure, const lang::Span& span, const std::string& item);
    std::string hint_for_macro(const std::string& name) const;

    const Collector& items_;
    Report& report_;
    std::unordered_map<std::string, Macro> macros_;
    std::unordered_map<std::string, List> lists_;
    std::unordered_set<std::string> used_macros_;
    std::unordered_set<std::string> used_lists_;
    size_t macro_depth_ = 0;
    size_t list_depth_ = 0;
    size_t total_ = 0;
};

/// A scalar of YAML as a value; quotes it brings along are its own only in writing.
lang::Word word_of(const Text& text);

/// The text of a part list as conditions are parsed: joined by blanks.
std::string joined(const std::vector<Text>& parts);

}  // namespace saker::rules
