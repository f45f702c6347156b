// Output templates: `%field`, `%10field`, `%toupper(field)` among text, compiled once and rendered
// for every alert.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/lang/condition.h"

namespace saker::lang {
class FieldReader;
}  // namespace saker::lang

namespace saker::rules {

/// One value of `output_fields`, owning its bytes: Absent is printed as null, numbers stay numbers.
using OutputScalar = std::variant<Absent, bool, int64_t, uint64_t, double, std::string>;
using OutputValue = std::variant<OutputScalar, std::vector<OutputScalar>>;

struct OutputField {
    std::string name;  // as a rule writes it: `proc.aname[2]`, without width or transformer
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
    /// The error's `where.column` counts from 1 in `format`; its line is 0.
    static Result<Template> compile(std::string_view format, Missing missing = Missing::shown);

    /// Appends the text for one event to `out`; false, and `out` as it was, when the template
    /// withholds it.
    bool render(lang::FieldReader& reader, Scratch& scratch, std::string& out) const;

    /// Appends the fields the template names, each once, in order, without transformers.
    void read_fields(lang::FieldReader& reader, Scratch& scratch,
                     std::vector<OutputField>& out) const;

    /// Every field the template reads, each once, for warnings and for what the kernel must tell.
    std::vector<lang::FieldUse> fields() const;

  private:
    struct Piece {
        std::string text;       // literal; unused when there is an operand
        lang::Operand operand;  // what is printed
        bool is_field = false;
        uint32_t width = 0;  // 0: as long as it is
    };
    struct NamedField {
        std::string name;
        lang::FieldUse use;
    };

    void name_fields(const lang::Operand& operand);

    std::vector<Piece> pieces_;
    std::vector<NamedField> named_;
    bool withholds_ = false;
};

/// One field's values as text, the way templates print them; `<NA>` for none.
void print_values(const lang::Operand& operand, std::span<const Value> values, std::string& out);

/// One field's values as `output_fields` hold them.
OutputValue output_value(const lang::FieldUse& use, std::span<const Value> values);

}  // namespace saker::rules
