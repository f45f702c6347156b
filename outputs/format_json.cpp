#include <algorithm>
#include <cmath>

#include "outputs/format.h"
#include "outputs/json_writer.h"

namespace saker::outputs {
namespace {

struct ScalarWriter {
    std::string& out;

    void operator()(Absent) const { out += "null"; }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(int64_t value) const { fmt::format_to(std::back_inserter(out), "{}", value); }
    void operator()(uint64_t value) const { fmt::format_to(std::back_inserter(out), "{}", value); }
    void operator()(double value) const {
        if (std::isfinite(value)) {
            fmt::format_to(std::back_inserter(out), "{}", value);
        } else {
            out += "null";
        }
    }
    void operator()(const std::string& value) const { append_json_string(out, value); }
};

void append_ancestor(const Ancestor& ancestor, std::string& out) {
    ObjectWriter object(out);
    object.text("cmdline", ancestor.cmdline);
    object.text("exepath", ancestor.exepath);
    object.text("name", ancestor.name);
    object.number("pid", ancestor.pid);
    object.number("start_time", ancestor.start_time);
    object.close();
}

void append_loss(const Loss& loss, std::string& out) {
    ObjectWriter object(out);
    object.number("bulk", loss.bulk);
    object.number("critical", loss.critical);
    object.number("malformed", loss.malformed);
    object.close();
}

}  // namespace

void append_value(const rules::OutputValue& value, std::string& out) {
    if (const auto* scalar = std::get_if<rules::OutputScalar>(&value)) {
        std::visit(ScalarWriter{out}, *scalar);
        return;
    }
    append_array(std::get<std::vector<rules::OutputScalar>>(value), out,
                 [&](const rules::OutputScalar& item) { std::visit(ScalarWriter{out}, item); });
}

void append_fields(const Alert& alert, bool iso_8601, std::string& out) {
    const std::string_view time_name = iso_8601 ? "evt.time.iso8601" : "evt.time";
    std::vector<rules::OutputField> labels;
    for (const auto& [name, text] : alert.labels) {
        labels.push_back({name, rules::OutputScalar(text)});
    }
    std::vector<const rules::OutputField*> sorted;
    for (const rules::OutputField& field : alert.fields) {
        if (field.name != time_name) {
            sorted.push_back(&field);
        }
    }
    for (const rules::OutputField& label : labels) {
        sorted.push_back(&label);  // behind the rule's own, which win where names are the same
    }
    const rules::OutputField time{std::string(time_name), rules::OutputScalar(alert.time)};
    sorted.push_back(&time);
    const auto name = [](const rules::OutputField* field) -> const std::string& {
        return field->name;
    };
    std::ranges::stable_sort(sorted, {}, name);
    const auto [first, last] = std::ranges::unique(sorted, {}, name);
    sorted.erase(first, last);

    ObjectWriter object(out);
    for (const rules::OutputField* field : sorted) {
        append_value(field->value, object.key(field->name));
    }
    object.close();
}

void format_json(const Alert& alert, const FormatOptions& options, std::string& out) {
    ObjectWriter object(out);
    if (alert.gave_up_container) {
        object.truth("gave_up_container", true);
    }
    object.text("hostname", alert.hostname);
    object.text("id", alert.id);
    append_array(alert.lineage, object.key("lineage"),
                 [&](const Ancestor& ancestor) { append_ancestor(ancestor, out); });
    if (alert.loss.any()) {
        append_loss(alert.loss, object.key("lost"));
    }
    if (options.include_message) {
        object.text("message", alert.message);
    }
    if (options.include_output) {
        object.text("output", text_line(alert, options.iso_8601));
    }
    if (options.include_output_fields) {
        append_fields(alert, options.iso_8601, object.key("output_fields"));
    }
    object.text("priority", alert.priority);
    object.text("rule", alert.rule);
    object.text("source", alert.source);
    if (options.include_tags) {
        append_texts(alert.tags, object.key("tags"));
    }
    object.text("time", iso_utc(alert.time));
    object.close();
    out += '\n';
}

}  // namespace saker::outputs
