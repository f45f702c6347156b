#include <algorithm>
#include <cctype>

#include "outputs/facts.h"
#include "outputs/format.h"
#include "outputs/json_writer.h"

namespace saker::outputs {
namespace {

constexpr const char* kEcsVersion = "8.11.0";

/// ECS wants labels flat and as keywords: no dots in names, every value a text.
std::string label_name(std::string name) {
    std::ranges::replace_if(
        name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; }, '_');
    return name;
}

void append_labels(const Alert& alert, std::string& out) {
    std::vector<std::pair<std::string, std::string>> labels;
    for (const auto& [name, value] : alert.labels) {
        labels.emplace_back(label_name(name), value);
    }
    for (const rules::OutputField* field : present_fields(alert)) {
        labels.emplace_back(label_name(field->name), text_of(field->value));
    }
    std::ranges::stable_sort(labels, {}, [](const auto& label) { return label.first; });
    const auto [first, last] =
        std::ranges::unique(labels, {}, [](const auto& label) { return label.first; });
    labels.erase(first, last);
    ObjectWriter object(out);
    for (const auto& [name, value] : labels) {
        object.text(name, value);
    }
    object.close();
}

void append_ancestor(const Ancestor& ancestor, ObjectWriter& object) {
    object.text_unless_empty("command_line", ancestor.cmdline);
    object.text("entity_id", fmt::format("{}-{}", ancestor.pid, ancestor.start_time));
    object.text_unless_empty("executable", ancestor.exepath);
    object.text_unless_empty("name", ancestor.name);
    object.number("pid", ancestor.pid);
}

void append_process(const Alert& alert, std::string& out) {
    ObjectWriter process(out);
    append_ancestor(alert.lineage[0], process);
    if (alert.lineage.size() > 1) {
        ObjectWriter parent(process.key("parent"));
        append_ancestor(alert.lineage[1], parent);
        parent.close();
    }
    process.close();
}

void append_event(const Alert& alert, std::string& out) {
    ObjectWriter event(out);
    event.text_unless_empty("action", field_text(alert, "evt.type"));
    event.key("category") += R"(["intrusion_detection"])";
    event.text("dataset", "saker.alert");
    event.text("id", alert.id);
    event.text("kind", "alert");
    event.text("module", "saker");
    event.text("provider", alert.source);
    event.number("severity", severity_of(alert));
    event.key("type") += R"(["info"])";
    event.close();
}

void append_threat(const Alert& alert, ObjectWriter& document) {
    const std::vector<std::string> techniques = techniques_of(alert);
    const std::vector<std::string> tactics = tactics_of(alert);
    if (techniques.empty() && tactics.empty()) {
        return;
    }
    ObjectWriter threat(document.key("threat"));
    threat.text("framework", "MITRE ATT&CK");
    if (!tactics.empty()) {
        ObjectWriter tactic(threat.key("tactic"));
        append_texts(tactics, tactic.key("name"));
        tactic.close();
    }
    if (!techniques.empty()) {
        ObjectWriter technique(threat.key("technique"));
        append_texts(techniques, technique.key("id"));
        technique.close();
    }
    threat.close();
}

/// An object with the texts that are there; no object when none is.
struct Member {
    const char* name;
    std::string value;
};
void append_object(ObjectWriter& document, const char* name, const std::vector<Member>& members) {
    if (std::ranges::all_of(members, [](const Member& each) { return each.value.empty(); })) {
        return;
    }
    ObjectWriter object(document.key(name));
    for (const Member& each : members) {
        object.text_unless_empty(each.name, each.value);
    }
    object.close();
}

/// A file's path only where the descriptor is one's: of a connection the name is no path.
std::string file_path(const Alert& alert) {
    std::string name = field_text(alert, "fd.name");
    return name.starts_with('/') ? name : std::string();
}

void append_container(const Alert& alert, ObjectWriter& document) {
    const std::string id = field_text(alert, "container.id");
    if (id.empty() || id == "host") {
        return;
    }
    ObjectWriter container(document.key("container"));
    container.text("id", id);
    append_object(container, "image", {{"name", field_text(alert, "container.image.repository")}});
    container.text_unless_empty("name", field_text(alert, "container.name"));
    container.close();
}

std::string level_of(const Alert& alert) {
    std::string level = alert.priority;
    std::ranges::transform(level, level.begin(), [](unsigned char c) { return std::tolower(c); });
    return level;
}

}  // namespace

void format_ecs(const Alert& alert, const FormatOptions&, std::string& out) {
    ObjectWriter document(out);
    document.text("@timestamp", iso_utc(alert.time));
    append_object(document, "agent", {{"type", "saker"}, {"version", SAKER_VERSION}});
    append_container(alert, document);
    append_object(document, "ecs", {{"version", kEcsVersion}});
    append_event(alert, document.key("event"));
    append_object(document, "file", {{"path", file_path(alert)}});
    append_object(document, "host", {{"hostname", alert.hostname}, {"name", alert.hostname}});
    append_labels(alert, document.key("labels"));
    append_object(document, "log", {{"level", level_of(alert)}});
    document.text("message", alert.message);
    if (!alert.lineage.empty()) {
        append_process(alert, document.key("process"));
    }
    append_object(document, "rule", {{"name", alert.rule}});
    append_texts(alert.tags, document.key("tags"));
    append_threat(alert, document);
    append_object(
        document, "user",
        {{"id", field_text(alert, "user.uid")}, {"name", field_text(alert, "user.name")}});
    document.close();
    out += '\n';
}

}  // namespace saker::outputs
