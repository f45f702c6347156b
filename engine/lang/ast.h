// A condition as written: the tree the parser makes, before any name is looked up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace saker::lang {

/// Bytes [begin, end) of the condition's text a node came from; what errors point at.
struct Span {
    uint32_t begin = 0;
    uint32_t end = 0;
};

/// `proc.name`, `proc.aname[2]`, `evt.arg.path`: not yet split into field and argument.
struct FieldName {
    std::string name;
    std::string argument;  // inside [ ]
    bool has_argument = false;
    Span span;
};

/// A scalar as written. A list's or macro's items may be known by bare words only.
struct Word {
    std::string text;  // escapes resolved
    bool quoted = false;
    Span span;
};

struct Call;
struct ValueList;

/// Anything that yields values: a field, `val(field)`, a transformer call, a word, or a list of
/// words.
struct Term {
    std::variant<FieldName, Word, std::unique_ptr<Call>, std::unique_ptr<ValueList>> node;
    Span span;
};

/// `basename(proc.exe)`, `getopt(proc.args, "n:")[n]`. `val(f)` is the Term of f itself.
struct Call {
    std::string name;
    std::vector<Term> inputs;
    std::string argument;
    bool has_argument = false;
};

struct ValueList {
    std::vector<Word> words;
};

enum class Modifier : uint8_t { none, one_of, any_of, all_of };

/// `left operator right`; `exists` has no right.
struct Compare {
    Term left;
    std::string op;  // canonical spelling: "==" is "="
    Modifier modifier = Modifier::none;
    std::vector<Term> right;  // empty for exists, else exactly one
    Span span;
    Span op_span;
};

struct Expr;

struct All {
    std::vector<Expr> terms;
};
struct Any {
    std::vector<Expr> terms;
};
struct Not {
    std::unique_ptr<Expr> term;
};
/// An identifier standing where a condition may stand.
struct MacroName {
    std::string name;
};

struct Expr {
    std::variant<Compare, All, Any, Not, MacroName> node;
    Span span;
};

/// Parses a whole condition. The error's `where.line/column` are in `text`; `file` is empty.
/// Nesting is bounded, so hostile input ends in an error, never in a stack overflow.
Result<Expr> parse_condition(std::string_view text);

/// A deep copy: macros are expanded by copying their trees.
Expr copy(const Expr& expr);

/// Canonical text, fully parenthesised as the original prints it: `(evt.type = open and not a)`.
std::string to_text(const Expr& expr);

}  // namespace saker::lang
