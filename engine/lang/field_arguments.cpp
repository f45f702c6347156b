#include "engine/lang/field_arguments.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "engine/base/nearest.h"
#include "engine/event/event_kind.h"
#include "engine/lang/ast.h"
#include "engine/lang/event_arguments.h"

namespace saker::lang {
namespace {

enum class Kind : uint8_t { none, index, time, text, event_argument, event_name, end_of_link };

/// What a field takes behind a dot and between brackets. Rows not named here take an index or a
/// text between brackets if their flags say they take anything.
struct Rule {
    std::string_view field;
    Kind dot;
    Kind brackets;
    bool required = true;
};

constexpr Rule kRules[] = {
    {"evt.arg", Kind::event_argument, Kind::index},
    {"evt.rawarg", Kind::event_argument, Kind::none},
    {"evt.type.is", Kind::event_name, Kind::none},
    {"evt.around", Kind::none, Kind::time},
    {"evt.abspath", Kind::end_of_link, Kind::none, false},
    {"thread.cgroup", Kind::text, Kind::text},
    {"proc.env", Kind::none, Kind::text, false},
    {"proc.aenv", Kind::none, Kind::text, false},
    {"container.label", Kind::text, Kind::text},
    {"k8s.pod.label", Kind::text, Kind::text},
    {"k8s.ns.label", Kind::text, Kind::text},
    {"k8s.rc.label", Kind::text, Kind::text},
    {"k8s.rs.label", Kind::text, Kind::text},
    {"k8s.svc.label", Kind::text, Kind::text},
    {"k8s.deployment.label", Kind::text, Kind::text},
    {"container.mount", Kind::none, Kind::text},
    {"container.mount.source", Kind::none, Kind::text},
    {"container.mount.dest", Kind::none, Kind::text},
    {"container.mount.mode", Kind::none, Kind::text},
    {"container.mount.rdwr", Kind::none, Kind::text},
    {"container.mount.propagation", Kind::none, Kind::text},
};

Rule rule_of(const Field& field) {
    const auto* rule = std::ranges::find(kRules, field.name, &Rule::field);
    if (rule != std::end(kRules)) {
        return *rule;
    }
    const Kind brackets = field.flags.bracket == Bracket::none ? Kind::none : Kind::index;
    return {field.name, Kind::none, brackets, field.flags.bracket == Bracket::required};
}

std::string usage(const Rule& rule) {
    const std::string name(rule.field);
    switch (rule.dot != Kind::none ? rule.dot : rule.brackets) {
        case Kind::event_argument:
            return "for example " + name + ".path" +
                   (rule.brackets == Kind::index ? " or " + name + "[0]" : "");
        case Kind::event_name:
            return "for example " + name + ".open";
        case Kind::end_of_link:
            return "alone, or " + name + ".src or " + name + ".dst";
        case Kind::index:
            return "for example " + name + "[1]";
        case Kind::time:
            return "for example " + name + "[1404996934793590564]";
        case Kind::text:
            return "for example " + name + "[key]";
        case Kind::none:
            break;
    }
    return name + " is written without argument";
}

std::optional<int64_t> as_index(std::string_view text) {
    int64_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    const bool whole = error == std::errc() && end == text.data() + text.size() && index >= 0;
    return whole ? std::optional(index) : std::nullopt;
}

Result<void> check_name(Kind kind, const std::string& text, const Rule& rule) {
    if (kind == Kind::event_argument && !event_argument_type(text)) {
        const auto like = nearest(text, event_argument_names());
        return Error{
            "no event has an argument '" + text + "'",
            like.empty() ? "see saker list events" : "did you mean " + std::string(like) + "?",
            {}};
    }
    if (kind == Kind::event_name && !find_event_kind(text)) {
        return Error{"no event is called '" + text + "'", "see saker list events", {}};
    }
    if (kind == Kind::end_of_link && text != "src" && text != "dst") {
        return Error{std::string(rule.field) + " has no part '" + text + "'", usage(rule), {}};
    }
    return {};
}

}  // namespace

Result<FieldArgument> read_argument(const Field& field, const WrittenArgument& written) {
    const Rule rule = rule_of(field);
    const bool dotted = !written.after_dot.empty();
    if (!dotted && !written.has_brackets) {
        if (rule.required) {
            return Error{std::string(field.name) + " needs an argument", usage(rule), {}};
        }
        return FieldArgument{};
    }
    const Kind kind = dotted ? rule.dot : rule.brackets;
    if (kind == Kind::none || (dotted && written.has_brackets)) {
        const auto what = dotted && !written.has_brackets ? "." + written.after_dot
                                                          : "[" + written.in_brackets + "]";
        return Error{std::string(field.name) + " takes no " + what, usage(rule), {}};
    }
    FieldArgument argument;
    argument.given = true;
    argument.text = dotted ? written.after_dot : written.in_brackets;
    if (auto known = check_name(kind, argument.text, rule); !known) {
        return known.error();
    }
    argument.index = as_index(argument.text);
    if (kind == Kind::event_argument) {
        argument.members = member_column(argument.text);
    }
    if (kind == Kind::index || kind == Kind::time) {
        if (!argument.index) {
            return Error{"'" + argument.text + "' is not a number from 0 up", usage(rule), {}};
        }
        argument.text = std::to_string(*argument.index);
    }
    return argument;
}

std::string argument_key(const Field& field, const FieldArgument& argument) {
    std::string key(field.name);
    if (!argument.given) {
        return key;
    }
    const Rule rule = rule_of(field);
    const bool by_name = rule.dot != Kind::none && rule.brackets != Kind::text && !argument.index;
    return by_name ? key + "." + argument.text : key + "[" + spell(argument.text) + "]";
}

}  // namespace saker::lang
