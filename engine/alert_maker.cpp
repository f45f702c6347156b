#include "engine/alert_maker.h"

#include <fmt/format.h>

#include "engine/context_reader.h"
#include "engine/event/format.h"
#include "engine/state/shown_context.h"

namespace saker {
namespace {

constexpr size_t kMostAncestors = 32;
constexpr size_t kLongestCommand = 512;  // of an ancestor; the process itself is told whole

uint64_t hash_of(std::string_view boot_id, std::string_view rule) {
    uint64_t hash = 0xcbf29ce484222325;
    for (const std::string_view text : {boot_id, std::string_view("/"), rule}) {
        for (const char c : text) {
            hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
        }
    }
    return hash;
}

/// Sequence numbers start anew with every start of the daemon; the record's time tells those apart.
std::string make_id(std::string_view boot_id, std::string_view rule, const event_header& header) {
    return fmt::format("{:016x}-{:04x}-{:x}-{:x}-{:x}", hash_of(boot_id, rule), header.cpu,
                       header.lane, header.sequence, header.time);
}

/// Ends in an ellipsis when it was cut.
std::string shortened(const std::string& command) {
    return command.size() <= kLongestCommand ? command
                                             : command.substr(0, kLongestCommand) + "\u2026";
}

std::vector<Ancestor> lineage_of(const Process& process) {
    std::vector<Ancestor> lineage;
    for (const Process* at = &process; at != nullptr && lineage.size() < kMostAncestors;
         at = at->parent) {
        const Program& program = *at->program;
        lineage.push_back({at->pid, at->start_time, program.name, program.path,
                           lineage.empty() ? program.cmdline : shortened(program.cmdline)});
    }
    return lineage;
}

/// `count`, `first` and `last` tell of the alerts that were not; `after` of the one that was.
std::vector<rules::OutputField> fields_of(const HeldBack& held, std::string first,
                                          std::string last) {
    std::vector<rules::OutputField> fields = held.alike;
    const auto add = [&](const char* name, auto value) {
        fields.push_back({name, rules::OutputScalar(std::move(value))});
    };
    add("saker.throttled.count", held.count);
    add("saker.throttled.first", std::move(first));
    add("saker.throttled.last", std::move(last));
    add("saker.throttled.after", held.after);
    return fields;
}

/// An extra field that is a field's name alone keeps its type; a text with fields is a text.
void add_extra(const rules::NamedTemplate& extra, lang::FieldReader& reader, Scratch& scratch,
               std::vector<rules::OutputField>& out) {
    const auto& named = extra.value.fields();
    if (named.size() == 1 && named.front().name == extra.name) {
        extra.value.read_fields(reader, scratch, out);
        return;
    }
    std::string text;
    extra.value.render(reader, scratch, text);
    out.push_back({extra.name, rules::OutputScalar(std::move(text))});
}

}  // namespace

Alert AlertMaker::make_internal(const Host& host, uint64_t time, InternalNotice notice) {
    Alert alert;
    alert.id =
        fmt::format("{:016x}-internal-{:x}-{:x}", hash_of(boot_id_, notice.rule), ++notices_, time);
    alert.rule = std::move(notice.rule);
    alert.priority = name_of(notice.priority);
    alert.source = "internal";
    alert.tags = {"saker"};
    alert.hostname = host.name;
    alert.labels = labels_;
    alert.time = time;
    alert.message = std::move(notice.message);
    alert.fields = std::move(notice.fields);
    return alert;
}

Alert AlertMaker::make(const Context& judged, const rules::Rule& rule, const Loss& loss) {
    const ShownContext shown(judged, redactor_);
    const Context& context = shown.get();
    const event_header& header = context.event.header();
    scratch_.reset();
    ContextReader reader(context);
    Alert alert;
    alert.id = make_id(boot_id_, rule.name, header);
    alert.rule = rule.name;
    alert.priority = name_of(rule.priority);
    alert.source = rule.source;
    alert.tags = rule.tags;
    alert.hostname = context.state.host().name;
    alert.labels = labels_;
    alert.time = context.state.wall_time(header.time);
    rule.message.render(reader, scratch_, alert.message);
    rule.message.read_fields(reader, scratch_, alert.fields);
    for (const rules::NamedTemplate& extra : rule.extra_fields) {
        add_extra(extra, reader, scratch_, alert.fields);
    }
    alert.lineage = lineage_of(context.process);
    alert.loss = loss;
    return alert;
}

std::vector<rules::OutputField> AlertMaker::read(const Context& judged,
                                                 const std::vector<rules::NamedTemplate>& fields) {
    const ShownContext shown(judged, redactor_);
    scratch_.reset();
    ContextReader reader(shown.get());
    std::vector<rules::OutputField> values;
    for (const rules::NamedTemplate& field : fields) {
        field.value.read_fields(reader, scratch_, values);
    }
    return values;
}

Alert AlertMaker::make_summary(const State& state, const rules::Rule& rule, const HeldBack& held,
                               const Loss& loss) const {
    Alert alert;
    alert.id = held.after + "-throttled";
    alert.rule = rule.name;
    alert.priority = name_of(rule.priority);
    alert.source = rule.source;
    alert.tags = rule.tags;
    alert.hostname = state.host().name;
    alert.labels = labels_;
    alert.time = state.wall_time(held.first);
    alert.is_summary = true;
    const std::string first = iso_time(alert.time);
    const std::string last = iso_time(state.wall_time(held.last));
    alert.message = fmt::format("{} more alert{} of this rule like {}, from {} to {}", held.count,
                                held.count == 1 ? "" : "s", held.after, first, last);
    alert.fields = fields_of(held, first, last);
    alert.loss = loss;
    return alert;
}

}  // namespace saker
