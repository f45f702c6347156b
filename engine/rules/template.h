// Output templates: `%field`, `%10field`, `%toupper(field)` among text, compiled once and rendered
// for every alert.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/lang/condition.h"

namespace saker::rules {

/// One value of `output_fields`, owning its bytes: Absent is printed as null, numbers stay numbers.
using OutputScalar = std::variant<Absent, bool, int64_t, uint64_t, double, std::string>;
using OutputValue = std::variant<OutputScalar, std::vector<OutputScalar>>;

struct OutputField {
    std::string name;  // as the rule writes it: `proc.aname[2]`, without width or transformer
    OutputValue value;
};

/// What a template says when a field has no value.
enum class Missing : uint8_t {
    shown,      // prints `<NA>`: how rules are rendered
    withholds,  // nothing is said at all, unless the template begins with `*`
};

/// Texts are bytes as the fields hold them; escaping is for whoever writes them (base/escape.h).
class Template {
  public:
    /// The error's `where.column` counts bytes from 1 in `format`; its line is 0.
    static Result<Template> compile(std::string_view format, Missing missing = Missing::shown);

    /// Appends the text for one event to `out`; false, and `out` as it was, when the template
    /// withholds it.
    bool render(lang::FieldReader& reader, Scratch& scratch, std::string& out) const;

    /// Appends the fields the template names, each once, in order, without transformers.
    void read_fields(lang::FieldReader& reader, Scratch& scratch,
                     std::vector<OutputField>& out) const;

    struct NamedField {
        std::string name;  // as spelled
        lang::Operand operand;
    };

    /// Every field the template reads, each once.
    const std::vector<NamedField>& fields() const { return named_; }

    /// Warnings about the template: fields no longer in use.
    const std::vector<lang::Mistake>& warnings() const { return warnings_; }

  private:
    struct Piece {
        std::string text;       // literal; unused when it is a field
        lang::Operand operand;  // what is printed
        bool is_field = false;
        uint32_t width = 0;  // 0: as long as it is
    };
    class Compiler;

    std::vector<Piece> pieces_;
    std::vector<NamedField> named_;
    std::vector<lang::Mistake> warnings_;
    bool withholds_ = false;
};

/// A field of its own in `output_fields`: its name, and what fills it.
struct NamedTemplate {
    std::string name;
    Template value;
};

}  // namespace saker::rules
