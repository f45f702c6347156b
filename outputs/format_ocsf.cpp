#include <array>

#include "outputs/facts.h"
#include "outputs/format.h"
#include "outputs/json_writer.h"

namespace saker::outputs {
namespace {

constexpr const char* kOcsfVersion = "1.4.0";
constexpr uint64_t kMillisecond = 1'000'000;

struct Severity {
    unsigned id;
    const char* caption;
};

/// From the most urgent priority to the least.
constexpr std::array<Severity, 8> kSeverities{{{6, "Fatal"},
                                               {5, "Critical"},
                                               {5, "Critical"},
                                               {4, "High"},
                                               {3, "Medium"},
                                               {2, "Low"},
                                               {1, "Informational"},
                                               {1, "Informational"}}};

void append_process(const std::vector<Ancestor>& lineage, size_t at, std::string& out) {
    const Ancestor& ancestor = lineage[at];
    ObjectWriter process(out);
    process.text("cmd_line", ancestor.cmdline);
    if (!ancestor.exepath.empty()) {
        ObjectWriter file(process.key("file"));
        file.text("name", ancestor.exepath.substr(ancestor.exepath.rfind('/') + 1));
        file.text("path", ancestor.exepath);
        file.number("type_id", 1);  // a regular file
        file.close();
    }
    process.text("name", ancestor.name);
    if (at + 1 < lineage.size()) {
        append_process(lineage, at + 1, process.key("parent_process"));
    }
    process.number("pid", ancestor.pid);
    process.text("uid", fmt::format("{}-{}", ancestor.pid, ancestor.start_time));
    process.close();
}

void append_actor(const Alert& alert, std::string& out) {
    ObjectWriter actor(out);
    append_process(alert.lineage, 0, actor.key("process"));
    const std::string id = field_text(alert, "user.uid");
    const std::string name = field_text(alert, "user.name");
    if (!id.empty() || !name.empty()) {
        ObjectWriter user(actor.key("user"));
        user.text_unless_empty("name", name);
        user.text_unless_empty("uid", id);
        user.close();
    }
    actor.close();
}

void append_evidence(const Alert& alert, std::string& out) {
    ObjectWriter evidence(out);
    if (!alert.lineage.empty()) {
        append_actor(alert, evidence.key("actor"));
    }
    append_fields(alert, false, evidence.key("data"));
    const std::string path = field_text(alert, "fd.name");
    if (path.starts_with('/')) {
        ObjectWriter file(evidence.key("file"));
        file.text("name", path.substr(path.rfind('/') + 1));
        file.text("path", path);
        file.number("type_id", 0);  // not known
        file.close();
    }
    evidence.close();
}

void append_attacks(const Alert& alert, ObjectWriter& info) {
    const std::vector<std::string> techniques = techniques_of(alert);
    if (techniques.empty()) {
        return;
    }
    std::string& out = info.key("attacks");
    append_array(techniques, out, [&](const std::string& id) {
        ObjectWriter attack(out);
        ObjectWriter technique(attack.key("technique"));
        technique.text("uid", id);
        technique.close();
        attack.close();
    });
}

void append_finding(const Alert& alert, std::string& out) {
    ObjectWriter info(out);
    ObjectWriter analytic(info.key("analytic"));
    analytic.text("name", alert.rule);
    analytic.text("type", "Rule");
    analytic.number("type_id", 1);
    analytic.close();
    append_attacks(alert, info);
    info.number("created_time", alert.time / kMillisecond);
    info.text("desc", alert.message);
    info.text("title", alert.rule);
    append_texts(alert.tags, info.key("types"));
    info.text("uid", alert.id);
    info.close();
}

void append_metadata(const Alert& alert, std::string& out) {
    ObjectWriter metadata(out);
    std::vector<std::string> labels;
    for (const auto& [name, value] : alert.labels) {
        labels.push_back(name + "=" + value);
    }
    if (!labels.empty()) {
        append_texts(labels, metadata.key("labels"));
    }
    ObjectWriter product(metadata.key("product"));
    product.text("name", "Saker");
    product.text("vendor_name", "Saker");
    product.text("version", SAKER_VERSION);
    product.close();
    metadata.text("uid", alert.id);
    metadata.text("version", kOcsfVersion);
    metadata.close();
}

void append_device(const Alert& alert, std::string& out) {
    ObjectWriter device(out);
    device.text("hostname", alert.hostname);
    device.number("type_id", 0);
    device.close();
}

}  // namespace

void format_ocsf(const Alert& alert, const FormatOptions&, std::string& out) {
    const Severity& severity = kSeverities[severity_of(alert)];
    ObjectWriter finding(out);
    finding.number("activity_id", 1);
    finding.text("activity_name", "Create");
    finding.text("category_name", "Findings");
    finding.number("category_uid", 2);
    finding.text("class_name", "Detection Finding");
    finding.number("class_uid", 2004);
    append_device(alert, finding.key("device"));
    std::string& list = finding.key("evidences");
    list += '[';
    append_evidence(alert, list);
    list += ']';
    append_finding(alert, finding.key("finding_info"));
    finding.truth("is_alert", true);
    finding.text("message", alert.message);
    append_metadata(alert, finding.key("metadata"));
    finding.text("severity", severity.caption);
    finding.number("severity_id", severity.id);
    finding.text("status", "New");
    finding.number("status_id", 1);
    finding.number("time", alert.time / kMillisecond);
    finding.text("type_name", "Detection Finding: Create");
    finding.number("type_uid", 200401);
    finding.close();
    out += '\n';
}

}  // namespace saker::outputs
