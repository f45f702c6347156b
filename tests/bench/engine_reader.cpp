// The fields rules of the published set read, each from the event by a function of its own.
#include <unordered_map>

#include "tests/bench/engine_events.h"

namespace saker::bench {
namespace {

using lang::Values;
using Read = void (*)(const BenchEvent&, const lang::FieldArgument&, Values&);

void put(Values& out, std::string_view text) {
    out.add(Value{text});
}

void put_unless_empty(Values& out, std::string_view text) {
    if (!text.empty()) {
        out.add(Value{text});
    }
}

const BenchProcess* ancestor(const BenchEvent& event, int64_t level) {
    const BenchProcess* process = event.process;
    for (; process && level > 0; --level) {
        process = process->parent;
    }
    return process;
}

void read_ancestors(const BenchEvent& event, const lang::FieldArgument& argument, Values& out) {
    if (argument.index) {
        if (const BenchProcess* process = ancestor(event, *argument.index)) {
            put(out, process->name);
        }
        return;
    }
    for (const BenchProcess* at = event.process->parent; at; at = at->parent) {
        put(out, at->name);
    }
}

template <std::string BenchProcess::*Member>
void of_process(const BenchEvent& event, const lang::FieldArgument&, Values& out) {
    put(out, event.process->*Member);
}

template <std::string BenchProcess::*Member>
void of_parent(const BenchEvent& event, const lang::FieldArgument&, Values& out) {
    if (event.process->parent) {
        put(out, event.process->parent->*Member);
    }
}

template <std::string BenchEvent::*Member>
void of_event(const BenchEvent& event, const lang::FieldArgument&, Values& out) {
    put_unless_empty(out, event.*Member);
}

template <bool BenchEvent::*Member>
void truth_of_event(const BenchEvent& event, const lang::FieldArgument&, Values& out) {
    out.add(Value{event.*Member});
}

bool is_network(const BenchEvent& event) {
    return event.type_letter == "4";
}

void both_ends(const BenchEvent& event, const lang::FieldArgument&, Values& out) {
    if (is_network(event)) {
        out.add(Value{event.client});
        out.add(Value{event.server});
    }
}

const std::unordered_map<std::string_view, Read>& readers() {
    static const std::unordered_map<std::string_view, Read> table{
        {"evt.type",
         [](const BenchEvent& event, const auto&, Values& out) { put(out, name_of(event.kind)); }},
        {"proc.name", of_process<&BenchProcess::name>},
        {"proc.exe", of_process<&BenchProcess::exe>},
        {"proc.exepath", of_process<&BenchProcess::exe_path>},
        {"proc.args", of_process<&BenchProcess::arguments>},
        {"proc.cmdline", of_process<&BenchProcess::command_line>},
        {"proc.cwd", of_process<&BenchProcess::directory>},
        {"proc.pname", of_parent<&BenchProcess::name>},
        {"proc.pexe", of_parent<&BenchProcess::exe>},
        {"proc.pcmdline", of_parent<&BenchProcess::command_line>},
        {"proc.aname", read_ancestors},
        {"container.id", of_process<&BenchProcess::container>},
        {"user.name", of_process<&BenchProcess::user>},
        {"thread.cap_effective", of_process<&BenchProcess::capabilities>},
        {"container.image.repository",
         [](const BenchEvent& event, const auto&, Values& out) {
             put_unless_empty(out, event.process->image);
         }},
        {"proc.duration",
         [](const BenchEvent& event, const auto&, Values& out) {
             out.add(Value{static_cast<int64_t>(event.process->duration)});
         }},
        {"proc.tty", [](const BenchEvent& event, const auto&,
                        Values& out) { out.add(Value{event.process->terminal}); }},
        {"proc.is_exe_upper_layer",
         [](const BenchEvent&, const auto&, Values& out) { out.add(Value{false}); }},
        {"proc.is_exe_from_memfd",
         [](const BenchEvent&, const auto&, Values& out) { out.add(Value{false}); }},
        {"container.privileged",
         [](const BenchEvent&, const auto&, Values& out) { out.add(Value{false}); }},
        {"user.uid",
         [](const BenchEvent&, const auto&, Values& out) { out.add(Value{uint64_t{0}}); }},
        {"fd.name", of_event<&BenchEvent::path>},
        {"fd.nameraw", of_event<&BenchEvent::raw_path>},
        {"fd.directory", of_event<&BenchEvent::path_directory>},
        {"fd.filename", of_event<&BenchEvent::path_name>},
        {"fd.typechar", of_event<&BenchEvent::type_letter>},
        {"evt.arg", of_event<&BenchEvent::flags>},
        {"evt.is_open_read", truth_of_event<&BenchEvent::for_reading>},
        {"evt.is_open_write", truth_of_event<&BenchEvent::for_writing>},
        {"fd.num", [](const BenchEvent& event, const auto&,
                      Values& out) { out.add(Value{event.descriptor}); }},
        {"evt.rawres",
         [](const BenchEvent& event, const auto&, Values& out) { out.add(Value{event.result}); }},
        {"evt.res", [](const BenchEvent& event, const auto&,
                       Values& out) { put(out, event.result < 0 ? "ENOENT" : "SUCCESS"); }},
        {"fd.type", [](const BenchEvent& event, const auto&,
                       Values& out) { put(out, is_network(event) ? "ipv4" : "file"); }},
        {"fd.l4proto", [](const BenchEvent& event, const auto&,
                          Values& out) { put(out, is_network(event) ? "tcp" : "<NA>"); }},
        {"fd.sport",
         [](const BenchEvent& event, const auto&, Values& out) {
             if (is_network(event)) {
                 out.add(Value{event.server_port});
             }
         }},
        {"fd.snet",
         [](const BenchEvent& event, const auto&, Values& out) {
             if (is_network(event)) {
                 out.add(Value{event.server});
             }
         }},
        {"fd.ip", both_ends},
        {"fd.net", both_ends},
    };
    return table;
}

/// By the field's place in the catalogue, so that a read costs one indirect call and no lookup.
class ReaderTable {
  public:
    ReaderTable() {
        const auto sections = {lang::evt_fields(), lang::proc_fields(), lang::user_fields(),
                               lang::fd_fields(),  lang::fs_fields(),   lang::container_fields()};
        for (const std::span<const lang::Field> fields : sections) {
            Section section{fields, {}};
            for (const lang::Field& field : fields) {
                const auto found = readers().find(field.name);
                section.readers.push_back(found != readers().end() ? found->second : nullptr);
            }
            sections_.push_back(std::move(section));
        }
    }

    Read of(const lang::Field& field) const {
        for (const Section& section : sections_) {
            if (&field >= section.fields.data() &&
                &field < section.fields.data() + section.fields.size()) {
                return section.readers[static_cast<size_t>(&field - section.fields.data())];
            }
        }
        return nullptr;
    }

  private:
    struct Section {
        std::span<const lang::Field> fields;
        std::vector<Read> readers;
    };
    std::vector<Section> sections_;
};

}  // namespace

void BenchReader::read(const lang::FieldUse& use, lang::Values& out) {
    static const ReaderTable table;
    ++reads_;
    if (const Read read = table.of(*use.field)) {
        read(*event_, use.argument, out);
    }
}

}  // namespace saker::bench
