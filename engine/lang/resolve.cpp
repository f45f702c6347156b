#include "engine/lang/resolve.h"

#include <algorithm>
#include <array>

#include "engine/base/nearest.h"
#include "engine/lang/event_arguments.h"
#include "engine/lang/field_arguments.h"
#include "engine/lang/transformers.h"

namespace saker::lang {
namespace {

// Fields of these come with plugins of our peer.
constexpr std::array<std::string_view, 15> kPluginNamespaces{
    "ka",  "ct",    "jevt",  "json",       "okta",   "github",   "k8smeta", "krsi",
    "gcp", "azure", "dummy", "cloudtrail", "gitlab", "keycloak", "anomaly"};

constexpr size_t kMostHints = 100;

std::vector<std::string_view> field_names() {
    std::vector<std::string_view> names;
    for (const Field* field : all_fields()) {
        if (!field->flags.hidden) {
            names.push_back(field->name);
        }
    }
    return names;
}

Mistake unknown_field(const FieldName& name, bool with_hint) {
    const auto root = std::string_view(name.name).substr(0, name.name.find('.'));
    Mistake unknown = mistake("there is no field '" + name.name + "'", "", name.span);
    unknown.code = "LOAD_UNKNOWN_FILTER";
    if (std::ranges::find(kPluginNamespaces, root) != kPluginNamespaces.end()) {
        unknown.message += ": the fields '" + std::string(root) +
                           ".' come with a plugin, which Saker does not have";
        unknown.hint = "skip-if-unknown-filter: true lets the other rules of the file load";
        return unknown;
    }
    const auto like = with_hint ? nearest(name.name, field_names()) : std::string_view();
    unknown.hint =
        like.empty() ? "see saker list fields" : "did you mean " + std::string(like) + "?";
    return unknown;
}

/// The several values a field has, once its argument is known.
Several several_of(const FieldUse& use) {
    const Several several = use.field->flags.several;
    const bool picked = use.argument.given && several == Several::ancestors;
    if (!picked) {
        return several;
    }
    return use.field->flags.picks_names ? Several::names : Several::single;
}

/// Whether a field stands, however deep, where `forbidden` says it may not.
const FieldUse* find_use(const Operand& operand, bool (*forbidden)(const FieldFlags&)) {
    const auto search = [forbidden](const std::vector<Operand>& inputs) -> const FieldUse* {
        for (const Operand& input : inputs) {
            if (const FieldUse* use = find_use(input, forbidden)) {
                return use;
            }
        }
        return nullptr;
    };
    if (const auto* use = std::get_if<FieldUse>(&operand.node)) {
        return forbidden(use->field->flags) ? use : nullptr;
    }
    if (const auto* call = std::get_if<std::unique_ptr<TransformUse>>(&operand.node)) {
        return search((*call)->inputs);
    }
    const auto* items = std::get_if<std::vector<Operand>>(&operand.node);
    return items ? search(*items) : nullptr;
}

/// Makes operands of terms.
class Resolver {
  public:
    explicit Resolver(std::vector<Mistake>& mistakes) : mistakes_(mistakes) {}

    std::optional<Operand> operand(const Term& term, Place place) {
        if (const auto* name = std::get_if<FieldName>(&term.node)) {
            return field(*name, place);
        }
        if (const auto* word = std::get_if<Word>(&term.node)) {
            return text(*word);
        }
        if (const auto* made = std::get_if<std::unique_ptr<Call>>(&term.node)) {
            return call(**made, term.span);
        }
        return list(*std::get<std::unique_ptr<ValueList>>(term.node));
    }

  private:
    std::nullopt_t refuse(std::string message, std::string hint, Span span) {
        mistakes_.push_back(mistake(std::move(message), std::move(hint), span));
        return std::nullopt;
    }

    std::optional<Operand> field(const FieldName& name, Place place) {
        auto use = resolve_field(name, mistakes_);
        if (!use) {
            return std::nullopt;
        }
        const FieldFlags& flags = use->field->flags;
        const std::string shown(use->field->name);
        if (place == Place::printed && flags.filter_only) {
            return refuse(shown + " can be asked in conditions, but not printed", "", name.span);
        }
        if (place != Place::printed && flags.print_only) {
            return refuse(shown + " can be printed, but not asked in conditions", "", name.span);
        }
        if (place == Place::inside_call && flags.no_transform) {
            return refuse(shown + " cannot be given to a transformer", "", name.span);
        }
        if (place == Place::right && flags.no_rhs) {
            return refuse(shown + " cannot stand on the right of an operator",
                          "compare it with a constant, on the left", name.span);
        }
        Operand made;
        made.type = use->type;
        made.several = several_of(*use);
        made.key = use->key;
        made.node = std::move(*use);
        return made;
    }

    std::optional<Operand> text(const Word& word) {
        if (word.text.find('\0') != std::string::npos) {
            return refuse("a text with a NUL byte", "no text field ever has one", word.span);
        }
        Operand made;
        made.key = "'" + spell(word.text) + "'";
        std::vector<Literal> literals(1);
        literals.front().text = word.text;
        literals.front().bytes = word.text;
        made.node = std::move(literals);
        return made;
    }

    std::optional<std::vector<Operand>> each(const std::vector<Term>& terms) {
        std::vector<Operand> operands;
        for (const Term& term : terms) {
            if (auto made = operand(term, Place::inside_call)) {
                operands.push_back(std::move(*made));
            }
        }
        return operands.size() == terms.size() ? std::optional(std::move(operands)) : std::nullopt;
    }

    static std::string joined_keys(const std::vector<Operand>& operands) {
        std::string key;
        for (const Operand& operand : operands) {
            key.append(key.empty() ? "" : ",").append(operand.key);
        }
        return key;
    }

    std::optional<Operand> list(const ValueList& written) {
        auto items = each(written.items);
        if (!items) {
            return std::nullopt;
        }
        const bool texts = std::ranges::all_of(*items, [](const Operand& item) {
            return item.type == FieldType::text || item.type == FieldType::path;
        });
        Operand made;
        made.type = texts ? FieldType::text : FieldType::dynamic;
        made.several = Several::list;
        made.key = "(" + joined_keys(*items) + ")";
        made.node = std::move(*items);
        return made;
    }

    std::optional<Operand> call(const Call& written, Span span) {
        const Transformer* transformer = find_transformer(written.name);
        if (!transformer) {
            return refuse("there is no transformer '" + written.name + "'", "", span);
        }
        auto inputs = each(written.inputs);
        if (!inputs) {
            return std::nullopt;
        }
        const std::string usage = "it is used as " + std::string(transformer->usage);
        if (inputs->size() < transformer->least || inputs->size() > transformer->most) {
            return refuse(written.name + "() is given " + std::to_string(inputs->size()) +
                              (inputs->size() == 1 ? " input" : " inputs"),
                          usage, span);
        }
        if (written.has_argument && !transformer->takes_bracket) {
            return refuse(written.name + "() takes no [" + written.argument + "]", usage, span);
        }
        auto use = std::make_unique<TransformUse>();
        use->transformer = transformer;
        use->inputs = std::move(*inputs);
        use->argument = {written.argument, std::nullopt, written.has_argument};
        Operand made;
        if (const auto typed = transformer->type(*use, made); !typed) {
            return refuse(typed.error().message, typed.error().hint, span);
        }
        made.key = written.name + "(" + joined_keys(use->inputs) + ")" +
                   (written.has_argument ? "[" + spell(written.argument) + "]" : "");
        made.node = std::move(use);
        return made;
    }

    std::vector<Mistake>& mistakes_;
};

}  // namespace

Mistake mistake(std::string message, std::string hint, Span span) {
    return {"LOAD_ERR_COMPILE_CONDITION", std::move(message), std::move(hint), span, false};
}

Mistake doubt(std::string message, std::string hint, Span span) {
    return {"LOAD_COMPILE_CONDITION", std::move(message), std::move(hint), span, true};
}

std::string_view name_of(FieldType type) {
    switch (type) {
        case FieldType::signed_number:
        case FieldType::unsigned_number:
        case FieldType::real:
            return "numbers";
        case FieldType::boolean:
            return "true or false";
        case FieldType::text:
        case FieldType::path:
            return "texts";
        case FieldType::bytes:
            return "bytes";
        case FieldType::address:
            return "addresses";
        case FieldType::network:
            return "networks";
        case FieldType::port:
            return "ports";
        case FieldType::relative_time:
        case FieldType::absolute_time:
            return "times";
        case FieldType::dynamic:
            break;
    }
    return "values of this kind";
}

std::optional<FieldUse> resolve_field(const FieldName& name, std::vector<Mistake>& mistakes) {
    FieldArgument rest;
    const Field* field = find_field(name.name, rest);
    if (!field) {
        // Looking for likely names is slow: not for thousands of them.
        mistakes.push_back(unknown_field(name, mistakes.size() < kMostHints));
        return std::nullopt;
    }
    auto argument = read_argument(*field, {rest.text, name.argument, name.has_argument});
    if (!argument) {
        mistakes.push_back(mistake(argument.error().message, argument.error().hint, name.span));
        return std::nullopt;
    }
    if (field->flags.deprecated && mistakes.size() < kMostHints) {
        Mistake old =
            doubt(std::string(field->name) + " is deprecated", "do without it", name.span);
        old.code = "LOAD_DEPRECATED_ITEM";
        mistakes.push_back(std::move(old));
    }
    FieldUse use{field, *argument, field->type, argument_key(*field, *argument)};
    if (field->type == FieldType::dynamic) {
        use.type = event_argument_type(argument->text).value_or(FieldType::dynamic);
    }
    return use;
}

std::optional<Operand> resolve_operand(const Term& term, Place place,
                                       std::vector<Mistake>& mistakes) {
    auto made = Resolver(mistakes).operand(term, place);
    if (!made || place != Place::right) {
        return made;
    }
    if (const FieldUse* use =
            find_use(*made, [](const FieldFlags& flags) { return flags.no_rhs; })) {
        mistakes.push_back(
            mistake(std::string(use->field->name) + " cannot stand on the right of an operator", "",
                    term.span));
        return std::nullopt;
    }
    return made;
}

}  // namespace saker::lang
