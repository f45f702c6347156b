#include "cli/eval.h"

#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/json_event.h"
#include "engine/lang/program.h"
#include "engine/rules/loader.h"

namespace saker::cli {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json refused(const Error& error) {
    return {{"error", error.hint.empty() ? error.message : error.message + " (" + error.hint + ")"},
            {"line", error.where.line},
            {"column", error.where.column}};
}

ordered_json misused(std::string message) {
    return refused(Error{std::move(message), "", {"", 1, 1}});
}

/// Line and column of a byte of a condition.
Where place_in(const std::string& text, size_t at) {
    Where where{"", 1, 1};
    for (const char c : std::string_view(text).substr(0, at)) {
        ++where.column;
        if (c == '\n') {
            ++where.line;
            where.column = 1;
        }
    }
    return where;
}

ordered_json eval_parse(const std::string& text) {
    const auto parsed = lang::parse_condition(text);
    return parsed ? ordered_json{{"parse", "ok"}} : refused(parsed.error());
}

ordered_json eval_condition(const std::string& text, JsonEvent& event) {
    const auto parsed = lang::parse_condition(text);
    if (!parsed) {
        return refused(parsed.error());
    }
    const auto checked = lang::check(*parsed);
    if (!checked.condition) {
        for (const lang::Mistake& mistake : checked.mistakes) {
            if (!mistake.warning) {
                return refused({mistake.message, mistake.hint, place_in(text, mistake.span.begin)});
            }
        }
        return misused("the condition cannot be used");
    }
    const lang::ProgramRule rule{checked.condition.get(), true};
    const auto program = lang::Program::build({&rule, 1});
    auto state = program.new_state();
    std::vector<uint32_t> matches;
    program.match_any_kind(event, state, matches);
    return {{"result", !matches.empty()}};
}

ordered_json scalar_json(const rules::OutputScalar& scalar) {
    return std::visit(
        [](const auto& value) -> ordered_json {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Absent>) {
                return nullptr;
            } else {
                return value;
            }
        },
        scalar);
}

ordered_json value_json(const rules::OutputValue& value) {
    if (const auto* scalar = std::get_if<rules::OutputScalar>(&value)) {
        return scalar_json(*scalar);
    }
    auto items = ordered_json::array();
    for (const auto& item : std::get<std::vector<rules::OutputScalar>>(value)) {
        items.push_back(scalar_json(item));
    }
    return items;
}

ordered_json eval_format(const std::string& format, JsonEvent& event, bool strict) {
    const auto missing = strict ? rules::Missing::withholds : rules::Missing::shown;
    auto compiled = rules::Template::compile(format, missing);
    if (!compiled) {
        Error error = compiled.error();
        error.where.line = 1;
        return refused(error);
    }
    Scratch scratch;
    std::string text;
    const bool said = compiled->render(event, scratch, text);
    std::vector<rules::OutputField> fields;
    compiled->read_fields(event, scratch, fields);
    auto named = ordered_json::object();
    for (const rules::OutputField& field : fields) {
        named[field.name] = value_json(field.value);
    }
    return {{"text", said ? ordered_json(text) : ordered_json(nullptr)},
            {"output_fields", std::move(named)}};
}

ordered_json first_error(const std::vector<Diagnostic>& diagnostics) {
    for (const Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.severity == Severity::error) {
            auto answer = refused({diagnostic.message, diagnostic.hint, diagnostic.where});
            answer["file"] = diagnostic.where.file;
            answer["code"] = diagnostic.code;
            return answer;
        }
    }
    return misused("the rules cannot be used");
}

ordered_json eval_files(const json& files, JsonEvent& event) {
    std::vector<std::string> paths;
    for (const json& file : files) {
        if (!file.is_string()) {
            return misused("'files' is a list of paths");
        }
        paths.push_back(file.get<std::string>());
    }
    const auto loaded = rules::load_rules(paths);
    if (!loaded.ok()) {
        return first_error(loaded.diagnostics);
    }
    const lang::Program& program = loaded.rules->program();
    auto state = program.new_state();
    std::vector<uint32_t> matches;
    program.match_any_kind(event, state, matches);
    auto names = ordered_json::array();
    for (const uint32_t index : matches) {
        names.push_back(loaded.rules->rule_of(index).name);
    }
    return {{"rules", std::move(names)}};
}

ordered_json eval_case(const json& said) {
    JsonEvent event(said.value("event", json::object()));
    const auto text = [&](const char* key) {
        const auto found = said.find(key);
        return found != said.end() && found->is_string() ? found->get_ptr<const std::string*>()
                                                         : nullptr;
    };
    if (const auto* condition = text("condition")) {
        return eval_condition(*condition, event);
    }
    if (const auto* format = text("format")) {
        const auto strict = said.find("strict");
        return eval_format(*format, event, strict != said.end() && *strict == true);
    }
    if (const auto files = said.find("files"); files != said.end() && files->is_array()) {
        return eval_files(*files, event);
    }
    if (const auto* parse = text("parse")) {
        return eval_parse(*parse);
    }
    return misused("a case has a text 'condition', 'format' or 'parse', or a list 'files'");
}

/// Answers echo what they are given, and printing goes as deep as that is nested.
bool nested_too_deep(std::string_view line) {
    static constexpr int kDeepest = 100;
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted) {
            i += c == '\\' ? 1 : 0;
            quoted = c != '"';
        } else if (c == '[' || c == '{') {
            if (++depth > kDeepest) {
                return true;
            }
        } else {
            depth -= c == ']' || c == '}' ? 1 : 0;
            quoted = c == '"';
        }
    }
    return false;
}

ordered_json eval_line(const std::string& line) {
    if (nested_too_deep(line)) {
        return misused("the line is nested too deep");
    }
    const json said = json::parse(line, nullptr, false);
    if (!said.is_object()) {
        return misused("the line is not a JSON object");
    }
    ordered_json answer;
    if (const auto id = said.find("id"); id != said.end()) {
        answer["id"] = *id;
    }
    answer.update(eval_case(said));
    return answer;
}

}  // namespace

int run_eval(std::istream& in, std::ostream& out) {
    std::string line;
    while (std::getline(in, line)) {
        out << eval_line(line).dump(-1, ' ', false, json::error_handler_t::replace) << '\n'
            << std::flush;  // whoever asks line by line waits for each answer
    }
    return kFine;
}

}  // namespace saker::cli
