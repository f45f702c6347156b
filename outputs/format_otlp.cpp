#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "outputs/facts.h"
#include "outputs/format.h"
#include "outputs/json_writer.h"

namespace saker::outputs {
namespace {

/// Severity numbers of OpenTelemetry, from the most urgent priority to the least.
constexpr std::array<int, 8> kSeverities{24, 22, 21, 17, 13, 10, 9, 5};

/// Sixty-four bits are texts in the JSON of protocol buffers.
struct ValueWriter {
    std::string& out;

    void operator()(Absent) const { out += "{}"; }
    void operator()(bool value) const {
        out += value ? R"({"boolValue":true})" : R"({"boolValue":false})";
    }
    void operator()(int64_t value) const { out += fmt::format(R"({{"intValue":"{}"}})", value); }
    void operator()(uint64_t value) const {
        const bool fits = value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
        out += fmt::format(R"({{"{}":"{}"}})", fits ? "intValue" : "stringValue", value);
    }
    void operator()(double value) const {
        out += std::isfinite(value) ? fmt::format(R"({{"doubleValue":{}}})", value) : "{}";
    }
    void operator()(const std::string& value) const {
        ObjectWriter object(out);
        object.text("stringValue", value);
        object.close();
    }
};

void append_any(const rules::OutputValue& value, std::string& out) {
    if (const auto* scalar = std::get_if<rules::OutputScalar>(&value)) {
        std::visit(ValueWriter{out}, *scalar);
        return;
    }
    ObjectWriter any(out);
    ObjectWriter list(any.key("arrayValue"));
    append_array(std::get<std::vector<rules::OutputScalar>>(value), list.key("values"),
                 [&](const rules::OutputScalar& item) { std::visit(ValueWriter{out}, item); });
    list.close();
    any.close();
}

using Attribute = std::pair<std::string, rules::OutputValue>;

void append_attributes(const std::vector<Attribute>& attributes, std::string& out) {
    append_array(attributes, out, [&](const Attribute& attribute) {
        ObjectWriter object(out);
        object.text("key", attribute.first);
        append_any(attribute.second, object.key("value"));
        object.close();
    });
}

rules::OutputValue text_value(std::string text) {
    return rules::OutputScalar(std::move(text));
}

rules::OutputValue list_value(const std::vector<std::string>& texts) {
    return std::vector<rules::OutputScalar>(texts.begin(), texts.end());
}

std::vector<Attribute> attributes_of(const Alert& alert) {
    std::vector<Attribute> all{{"saker.id", text_value(alert.id)},
                               {"saker.rule", text_value(alert.rule)},
                               {"saker.source", text_value(alert.source)},
                               {"saker.tags", list_value(alert.tags)}};
    std::vector<std::string> lineage;
    for (const Ancestor& ancestor : alert.lineage) {
        lineage.push_back(ancestor.cmdline.empty() ? ancestor.name : ancestor.cmdline);
    }
    all.emplace_back("saker.lineage", list_value(lineage));
    for (const rules::OutputField* field : present_fields(alert)) {
        if (!field->name.starts_with("saker.")) {
            all.emplace_back(field->name, field->value);
        }
    }
    return all;
}

std::vector<Attribute> resource_of(const Alert& alert) {
    std::vector<Attribute> all{{"host.name", text_value(alert.hostname)},
                               {"service.name", text_value("saker")},
                               {"service.version", text_value(SAKER_VERSION)}};
    for (const auto& [name, value] : alert.labels) {
        const auto same = [&](const Attribute& attribute) { return attribute.first == name; };
        if (std::ranges::none_of(all, same)) {
            all.emplace_back(name, text_value(value));
        }
    }
    return all;
}

void append_record(const Alert& alert, std::string& out) {
    ObjectWriter record(out);
    record.text("timeUnixNano", std::to_string(alert.time));
    record.text("observedTimeUnixNano", std::to_string(alert.time));
    record.key("severityNumber") += std::to_string(kSeverities[severity_of(alert)]);
    record.text("severityText", alert.priority);
    ValueWriter{record.key("body")}(alert.message);
    append_attributes(attributes_of(alert), record.key("attributes"));
    record.close();
}

}  // namespace

void format_otlp(const Alert& alert, const FormatOptions&, std::string& out) {
    out += kOtlpBegin;
    ObjectWriter resource_logs(out);
    ObjectWriter resource(resource_logs.key("resource"));
    append_attributes(resource_of(alert), resource.key("attributes"));
    resource.close();
    std::string& scopes = resource_logs.key("scopeLogs");
    scopes += '[';
    ObjectWriter scope_logs(scopes);
    ObjectWriter scope(scope_logs.key("scope"));
    scope.text("name", "saker");
    scope.text("version", SAKER_VERSION);
    scope.close();
    std::string& records = scope_logs.key("logRecords");
    records += '[';
    append_record(alert, records);
    records += ']';
    scope_logs.close();
    scopes += ']';
    resource_logs.close();
    out.append(kOtlpEnd).append("\n");
}

}  // namespace saker::outputs
