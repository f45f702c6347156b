// A condition whose names are resolved: tests of known fields against prepared right-hand sides.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/lang/ast.h"
#include "engine/lang/field.h"

namespace saker::lang {

struct Operator;     // a row of operators.cpp
struct Transformer;  // a row of transformers.cpp

/// A field with its argument, as one rule uses it.
struct FieldUse {
    const Field* field = nullptr;
    FieldArgument argument;
};

/// A literal already in the type it is compared as; owns its text. Prepared by the operator's row.
struct Literal {
    std::string text;         // as written, escapes resolved
    Value value;              // views `bytes` when it is text or bytes
    std::string bytes;        // what a text or bytes value views
    uint8_t prefix_bits = 0;  // networks only
};

struct TransformUse;

/// What a test's side reads: a field, literals, or a transformer over operands.
struct Operand {
    std::variant<FieldUse, std::vector<Literal>, std::unique_ptr<TransformUse>> node;
    FieldType type = FieldType::text;
    bool is_list = false;
    std::string key;  // canonical text: equal keys read equal values
};

struct TransformUse {
    const Transformer* transformer = nullptr;
    std::vector<Operand> inputs;
    FieldArgument argument;
};

/// One comparison, ready to run.
struct Test {
    Operand left;
    const Operator* op = nullptr;
    Modifier modifier = Modifier::none;
    Operand right;    // literals, or operands read per event; unused by `exists`
    std::string key;  // canonical text: tests with equal keys have equal results on every event
    Span span;
};

struct Condition;

struct AllOf {
    std::vector<Condition> terms;
};
struct AnyOf {
    std::vector<Condition> terms;
};
struct Negation {
    std::unique_ptr<Condition> term;
};

struct Condition {
    std::variant<Test, AllOf, AnyOf, Negation> node;
};

/// Looks up every name and type in `expr` (macros and lists already expanded). All mistakes are
/// reported, not just the first; spans are in the text `expr` was parsed from.
struct Mistake {
    std::string code;  // LOAD_ERR_COMPILE_CONDITION, LOAD_UNKNOWN_FILTER …
    std::string message;
    std::string hint;
    Span span;
    bool warning = false;
};

struct Checked {
    std::unique_ptr<Condition> condition;  // null when there were errors
    std::vector<Mistake> mistakes;
};
Checked check(const Expr& expr);

}  // namespace saker::lang
