// A condition whose names are resolved: tests of known fields against prepared right-hand sides.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/lang/ast.h"
#include "engine/lang/field.h"
#include "engine/lang/literal.h"
#include "engine/lang/matcher.h"
#include "engine/lang/operators.h"

namespace saker::lang {

struct Transformer;

/// A field with its argument, as one rule uses it.
struct FieldUse {
    const Field* field = nullptr;
    FieldArgument argument;
    FieldType type = FieldType::text;  // the field's; for evt.rawarg the named parameter's
    std::string key;                   // canonical text: `proc.aname[2]`, `evt.arg.path`

    bool is_list() const { return field->flags.several == Several::list; }
};

/// Where tests get their values: the event at hand, or a map somebody wrote.
class FieldReader {
  public:
    virtual ~FieldReader() = default;

    /// Adds the field's values to `out`, none when it is absent; never removes what is there.
    virtual void read(const FieldUse& use, Values& out) = 0;
};

struct TransformUse;

/// What a side of a test yields: a field's values, literals, what a transformer makes of other
/// operands, or a list of operands.
struct Operand {
    std::variant<FieldUse, std::vector<Literal>, std::unique_ptr<TransformUse>,
                 std::vector<Operand>>
        node;
    FieldType type = FieldType::text;
    Several several = Several::single;
    std::string key;  // canonical text: equal keys yield equal values on every event

    bool is_list() const { return several == Several::list; }
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
    Operand right;  // literals, or an operand read per event; unused by `exists`
    std::vector<std::unique_ptr<Matcher>> matchers;  // of literals: one, or one each if modified
    std::string key;  // canonical text: tests with equal keys have equal results on every event
    Span span;

    bool has_literals() const {
        return op->family != Family::exists &&
               std::holds_alternative<std::vector<Literal>>(right.node);
    }
    std::span<const Literal> literals() const { return std::get<std::vector<Literal>>(right.node); }
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

/// Something wrong with a condition, or doubtful about it. Spans are in the text it was parsed
/// from.
struct Mistake {
    std::string code;  // LOAD_ERR_COMPILE_CONDITION; LOAD_UNKNOWN_FILTER for a field not known
                       // here, which a rule may ask to be skipped for; LOAD_… of warnings
    std::string message;
    std::string hint;
    Span span;
    bool warning = false;
};

struct Checked {
    std::unique_ptr<Condition> condition;  // null when there were errors
    std::vector<Mistake> mistakes;
};

/// Looks up every name and type in `expr`, whose macros and lists are already expanded. All
/// mistakes are reported, not just the first.
Checked check(const Expr& expr);

struct CheckedOperand {
    Operand operand;
    std::vector<Mistake> mistakes;  // the operand is of no use when one is not a warning
};

/// The same for a field or transformer call alone, as outputs print them.
CheckedOperand check_printed(const Term& term);

/// Adds the operand's values to `out`; nothing when it is absent. Texts live in the scratch of
/// `out` or where the reader's live.
void evaluate(const Operand& operand, FieldReader& reader, Values& out);

/// Whether the test is true of these values; no values means absent, and false. `negated` says that
/// it stands under an odd number of `not`: then a test on the names of one object is true only if
/// it is true of all of them, on either side. So another name of an object can only make a rule
/// match, never stop it. The answer is the test's, not yet negated. `right` is read only when the
/// test has no literals.
bool holds(const Test& test, bool negated, std::span<const Value> left,
           std::span<const Value> right = {});

}  // namespace saker::lang
