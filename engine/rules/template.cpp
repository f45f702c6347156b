#include "engine/rules/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/lang/ast.h"
#include "engine/lang/transformers.h"
#include "engine/rules/printed.h"

namespace saker::rules {
namespace {

constexpr size_t kLongestName = 256;
constexpr uint32_t kWidest = 65535;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_name_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
}

bool has_errors(const std::vector<lang::Mistake>& mistakes) {
    return std::ranges::any_of(mistakes, [](const lang::Mistake& m) { return !m.warning; });
}

/// Calls `visit` with every field of a term.
template <class Visit>
void each_field(const lang::Term& term, Visit&& visit) {
    if (const auto* field = std::get_if<lang::FieldName>(&term.node)) {
        visit(*field);
    } else if (const auto* call = std::get_if<std::unique_ptr<lang::Call>>(&term.node)) {
        for (const lang::Term& input : (*call)->inputs) {
            each_field(input, visit);
        }
    } else if (const auto* list = std::get_if<std::unique_ptr<lang::ValueList>>(&term.node)) {
        for (const lang::Term& item : (*list)->items) {
            each_field(item, visit);
        }
    }
}

}  // namespace

class Template::Compiler {
  public:
    explicit Compiler(std::string_view format) : format_(format) {}

    Result<Template> compile(Missing missing) {
        if (missing == Missing::withholds) {
            made_.withholds_ = !format_.starts_with('*');
            at_ = made_.withholds_ ? 0 : 1;
        }
        if (at_ == format_.size()) {
            return Error{"empty formatting token", "write what happened, with %fields", {}};
        }
        while (at_ < format_.size()) {
            const size_t percent = std::min(format_.find('%', at_), format_.size());
            if (percent > at_) {
                Piece piece;
                piece.text = format_.substr(at_, percent - at_);
                made_.pieces_.push_back(std::move(piece));
            }
            at_ = percent;
            if (at_ < format_.size() && !take_token()) {
                return std::move(error_);
            }
        }
        return std::move(made_);
    }

  private:
    /// At a `%`: takes a width and the longest text that is a field or a transformer's call.
    bool take_token() {
        const size_t percent = at_++;
        uint32_t width = 0;
        while (at_ < format_.size() && is_digit(format_[at_])) {
            width = std::min(width * 10 + static_cast<uint32_t>(format_[at_++] - '0'), kWidest + 1);
        }
        if (width > kWidest) {
            return refuse(percent, format_.size(), "the width is too large");
        }
        size_t run = 0;
        while (at_ + run < format_.size() && run < kLongestName &&
               is_name_character(format_[at_ + run])) {
            ++run;
        }
        const std::string_view name = format_.substr(at_, run);
        const bool called = at_ + run < format_.size() && format_[at_ + run] == '(';
        if (called && lang::find_transformer(name) != nullptr) {
            return take_call(percent, width);
        }
        return take_field(percent, width, name);
    }

    bool take_call(size_t percent, uint32_t width) {
        size_t length = 0;
        Result<lang::Term> term = lang::parse_term(format_.substr(at_), length);
        if (!term) {
            return refuse(percent, format_.size(), term.error().message);
        }
        lang::CheckedOperand checked = lang::check_printed(*term);
        if (has_errors(checked.mistakes)) {
            return refuse(percent, at_ + length, checked.mistakes.front().message);
        }
        bool known = true;
        each_field(*term,
                   [&](const lang::FieldName& field) { known = known && name_field(field); });
        if (!known) {
            return refuse(percent, at_ + length, "a field in it cannot be printed");
        }
        accept(std::move(checked), width, length);
        return true;
    }

    bool take_field(size_t percent, uint32_t width, std::string_view run) {
        std::string hint;
        for (size_t length = run.size(); length > 0; --length) {
            const std::string_view name = run.substr(0, length);
            if (name.ends_with('.') || name.find('.') == name.npos) {
                continue;
            }
            // A bracket belongs to the field only where the name ends.
            const size_t end = at_ + length;
            const bool bracket = end < format_.size() && format_[end] == '[';
            if (bracket && try_field(format_.substr(at_), length, width, hint)) {
                return true;
            }
            if (bracket && takes_bracket(name)) {
                break;
            }
            if (try_field(name, length, width, hint)) {
                return true;
            }
        }
        return refuse(percent, at_ + run.size(), hint);
    }

    static bool takes_bracket(std::string_view name) {
        lang::FieldArgument rest;
        const lang::Field* field = lang::find_field(name, rest);
        return field != nullptr && !rest.given && field->flags.bracket != lang::Bracket::none;
    }

    /// `text` begins with a field whose name is `length` long.
    bool try_field(std::string_view text, size_t length, uint32_t width, std::string& hint) {
        size_t taken = 0;
        Result<lang::Term> term = lang::parse_term(text, taken);
        if (!term || taken < length || !std::holds_alternative<lang::FieldName>(term->node)) {
            return false;
        }
        lang::CheckedOperand checked = lang::check_printed(*term);
        if (has_errors(checked.mistakes)) {
            if (hint.empty()) {
                hint = checked.mistakes.front().hint;
            }
            return false;
        }
        name_operand(std::string(format_.substr(at_, taken)), *term);
        accept(std::move(checked), width, taken);
        return true;
    }

    /// Notes the field for `output_fields`; false when it has no printed form.
    bool name_field(const lang::FieldName& field) {
        const std::string name(
            format_.substr(at_ + field.span.begin, field.span.end - field.span.begin));
        lang::Term term;
        term.node = field;
        term.span = field.span;
        return name_operand(name, term);
    }

    bool name_operand(const std::string& name, const lang::Term& term) {
        if (std::ranges::find(made_.named_, name, &NamedField::name) != made_.named_.end()) {
            return true;
        }
        lang::CheckedOperand checked = lang::check_printed(term);
        if (has_errors(checked.mistakes)) {
            return false;
        }
        made_.named_.push_back({name, std::move(checked.operand)});
        return true;
    }

    void accept(lang::CheckedOperand checked, uint32_t width, size_t length) {
        for (lang::Mistake& warning : checked.mistakes) {
            warning.span.begin += static_cast<uint32_t>(at_);
            warning.span.end += static_cast<uint32_t>(at_);
            made_.warnings_.push_back(std::move(warning));
        }
        Piece piece;
        piece.is_field = true;
        piece.width = width;
        piece.operand = std::move(checked.operand);
        made_.pieces_.push_back(std::move(piece));
        at_ += length;
    }

    bool refuse(size_t percent, size_t end, std::string why) {
        const std::string_view token = format_.substr(percent + 1, end - percent - 1);
        error_.message = fmt::format("invalid formatting token '%{}'", token.substr(0, 60));
        error_.hint = std::move(why);
        if (error_.hint.empty()) {
            error_.hint = "a % must begin a field known here, as in %proc.name";
        }
        error_.where.column = static_cast<uint32_t>(percent + 1);
        return false;
    }

    std::string_view format_;
    size_t at_ = 0;
    Template made_;
    Error error_;
};

Result<Template> Template::compile(std::string_view format, Missing missing) {
    return Compiler(format).compile(missing);
}

namespace {

/// Cuts or pads what was written since `start` to `width` bytes, never through a character.
void fit(std::string& out, size_t start, uint32_t width) {
    const size_t end = start + width;
    if (out.size() > end) {
        size_t cut = end;
        while (cut > start && (static_cast<unsigned char>(out[cut]) & 0xC0U) == 0x80U) {
            --cut;
        }
        out.resize(cut);
    }
    out.resize(end, ' ');
}

}  // namespace

bool Template::render(lang::FieldReader& reader, Scratch& scratch, std::string& out) const {
    const size_t before = out.size();
    lang::Values values(scratch);
    for (const Piece& piece : pieces_) {
        if (!piece.is_field) {
            out += piece.text;
            continue;
        }
        values.clear();
        lang::evaluate(piece.operand, reader, values);
        if (values.empty() && withholds_) {
            out.resize(before);
            return false;
        }
        const size_t start = out.size();
        print_values(piece.operand, values.all(), out);
        if (piece.width != 0) {
            fit(out, start, piece.width);
        }
    }
    return true;
}

void Template::read_fields(lang::FieldReader& reader, Scratch& scratch,
                           std::vector<OutputField>& out) const {
    lang::Values values(scratch);
    for (const NamedField& named : named_) {
        values.clear();
        lang::evaluate(named.operand, reader, values);
        out.push_back({named.name, output_value(named.operand, values.all())});
    }
}

}  // namespace saker::rules
