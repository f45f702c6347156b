// A condition as written: the tree the parser makes, before any name is looked up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace saker::lang {

/// Bytes [begin, end) of the condition's text a node came from; what errors point at.
struct Span {
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t source = 0;  // which text: as given to the parser, for trees joined from several texts
};

/// `proc.name`, `proc.aname[2]`, `evt.arg.path`: not yet split into field and argument.
struct FieldName {
    std::string name;
    std::string argument;  // inside [ ]
    bool has_argument = false;
    Span span;
};

/// A scalar as written. Only a bare word can be the name of a list.
struct Word {
    std::string text;  // escapes resolved
    bool quoted = false;
    Span span;
};

struct Call;
struct ValueList;

/// Anything that yields values: a field, a transformer call, a word, or a list. On the right of an
/// operator a field is written `val(field)`.
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

/// `(a, b)`. Right of an operator all items are words; inside a transformer call they may be fields
/// and calls too.
struct ValueList {
    std::vector<Term> items;
    bool is_name = false;  // `in shell_binaries`: one bare word, the name of a list, no parentheses
};

enum class Modifier : uint8_t { none, one_of, any_of, all_of };

/// `left operator right`; `exists` has no right.
struct Compare {
    Term left;
    std::string op;  // as written, without blanks
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
/// Nesting is bounded, so hostile input ends in an error, never in a stack overflow. Every span
/// carries `source`.
Result<Expr> parse_condition(std::string_view text, uint32_t source = 0);

/// Parses the field or transformer call `text` begins with; `length` is set to what it took.
Result<Term> parse_term(std::string_view text, size_t& length, uint32_t source = 0);

/// Deep copies: macros are expanded by copying their trees.
Expr copy(const Expr& expr);
Term copy(const Term& term);

/// Canonical text, parenthesised as the original prints it: `(evt.type = open and not a)`.
std::string to_text(const Expr& expr);

/// A word as a condition must spell it: quoted and escaped only where that is needed.
std::string spell(std::string_view word);

}  // namespace saker::lang
