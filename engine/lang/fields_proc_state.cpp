// The rest of the proc and the thread rows: times, the program's file, capabilities, resources.
#include "engine/event/format.h"
#include "engine/lang/field.h"
#include "engine/lang/process_readers.h"

namespace saker::lang {
namespace {

const Program& program_of(const Context& context) {
    return *context.process.program;
}

std::optional<uint64_t> inode_time(const Context& context, uint64_t Program::*time) {
    const Program& program = program_of(context);
    return program.is_known && program.*time != 0 ? std::optional(program.*time) : std::nullopt;
}

/// From `earlier` to `later`; nothing when either is not known or it was the other way round.
std::optional<uint64_t> between(std::optional<uint64_t> earlier, std::optional<uint64_t> later) {
    return earlier && later && *later > *earlier ? std::optional(*later - *earlier) : std::nullopt;
}

std::optional<uint64_t> namespace_start(const Context& context) {
    const uint64_t start = context.process.pid_namespace_start;
    return start == 0 ? std::nullopt : std::optional(context.state.wall_time(start));
}

std::optional<std::string_view> stream_type(const Context& context, int stream) {
    const std::string_view name = fd_type_name(context.process.standard_streams[stream]);
    return name.empty() ? std::nullopt : std::optional(name);
}

}  // namespace

std::span<const Field> proc_state_fields() {
    using Argument = FieldArgument;
    static const FieldFlags kHidden{.hidden = true};
    static const Field rows[] = {
        {"proc.duration",
         FieldType::relative_time,
         {},
         "How long the process had run, ns.",
         [](const Context& context) { return duration_of(context, &context.process); }},
        {"proc.ppid.duration",
         FieldType::relative_time,
         {},
         "How long ago its parent started, ns.",
         [](const Context& context) { return duration_of(context, context.process.parent); }},
        {"proc.pid.ts",
         FieldType::relative_time,
         {},
         "When the process started, ns since the epoch.",
         [](const Context& context) { return start_of(context, &context.process); }},
        {"proc.ppid.ts",
         FieldType::relative_time,
         {},
         "When its parent started, ns since the epoch.",
         [](const Context& context) { return start_of(context, context.process.parent); }},
        {"proc.is_exe_writable",
         FieldType::boolean,
         {},
         "Whether the user who ran the program may write its file.",
         [](const Context& context) { return exe_flag(context, FILE_WRITABLE); }},
        {"proc.is_exe_upper_layer",
         FieldType::boolean,
         {},
         "Whether the program's file lies in an overlay's upper layer: added since the image was "
         "made.",
         [](const Context& context) { return exe_flag(context, FILE_UPPER_LAYER); }},
        {"proc.is_exe_lower_layer",
         FieldType::boolean,
         {},
         "Whether the program's file lies in an overlay's lower layer: part of the image.",
         [](const Context& context) { return exe_flag(context, FILE_LOWER_LAYER); }},
        {"proc.is_exe_from_memfd",
         FieldType::boolean,
         {},
         "Whether the program was run from memory (memfd_create), without a file.",
         [](const Context& context) { return exe_flag(context, FILE_MEMFD); }},
        {"proc.is_sid_leader",
         FieldType::boolean,
         {},
         "Whether the process leads its session.",
         [](const Context& context) {
             return context.process.vsid != 0 &&
                    context.process.vsid == context.event.header().vpid;
         }},
        {"proc.is_vpgid_leader",
         FieldType::boolean,
         {},
         "Whether the process leads its process group, by the ids of its own pid namespace.",
         [](const Context& context) {
             return context.process.vpgid != 0 &&
                    context.process.vpgid == context.event.header().vpid;
         }},
        {"proc.is_pgid_leader",
         FieldType::boolean,
         {},
         "Whether the process leads its process group, by the host's ids.",
         [](const Context& context) { return context.process.pgid == context.process.pid; }},
        {"proc.exe_ino",
         FieldType::signed_number,
         {},
         "The inode number of the program's file.",
         [](const Context& context) -> std::optional<int64_t> {
             const auto inode = inode_time(context, &Program::inode);
             return inode ? std::optional(static_cast<int64_t>(*inode)) : std::nullopt;
         }},
        {"proc.exe_ino.ctime",
         FieldType::absolute_time,
         {},
         "When the program's inode last changed, ns since the epoch.",
         [](const Context& context) { return inode_time(context, &Program::inode_ctime); }},
        {"proc.exe_ino.mtime",
         FieldType::absolute_time,
         {},
         "When the program's bytes last changed, ns since the epoch.",
         [](const Context& context) { return inode_time(context, &Program::inode_mtime); }},
        {"proc.exe_ino.ctime_duration_proc_start",
         FieldType::absolute_time,
         {},
         "From the last change of the program's inode to the start of the process, ns.",
         [](const Context& context) {
             return between(inode_time(context, &Program::inode_ctime),
                            start_of(context, &context.process));
         }},
        {"proc.exe_ino.ctime_duration_pidns_start",
         FieldType::absolute_time,
         {},
         "From the start of the pid namespace to the last change of the program's inode, ns.",
         [](const Context& context) {
             return between(namespace_start(context), inode_time(context, &Program::inode_ctime));
         }},
        {"proc.pidns_init_start_ts",
         FieldType::unsigned_number,
         {},
         "When the first process of the pid namespace started, ns since the epoch.",
         [](const Context& context) { return namespace_start(context); }},
        {"thread.cap_permitted",
         FieldType::text,
         {},
         "The capabilities the process may make effective, by name.",
         [](const Context& context, const Argument&, Values& out) {
             if (!context.process.is_placeholder) {
                 add_capabilities(context.process.cap_permitted, out);
             }
         }},
        {"thread.cap_inheritable",
         FieldType::text,
         {},
         "The capabilities an exec may keep, by name.",
         [](const Context& context, const Argument&, Values& out) {
             if (!context.process.is_placeholder) {
                 add_capabilities(context.process.cap_inheritable, out);
             }
         }},
        {"thread.cap_effective",
         FieldType::text,
         {},
         "The capabilities in force at that moment, by name.",
         [](const Context& context, const Argument&, Values& out) {
             add_capabilities(context.event.header().cap_effective, out);
         }},
        {"thread.tid",
         FieldType::signed_number,
         {},
         "The thread's id, as the host counts.",
         [](const Context& context) { return static_cast<int64_t>(context.event.header().tid); }},
        {"thread.ismain",
         FieldType::boolean,
         {},
         "Whether the thread is the process's first.",
         [](const Context& context) {
             return context.event.header().tid == context.event.header().pid;
         }},
        {"thread.vtid",
         FieldType::signed_number,
         {},
         "The thread's id in its own pid namespace.",
         [](const Context& context) { return static_cast<int64_t>(context.event.header().vtid); }},
        {"thread.nametid", FieldType::text, kHidden, "proc.name followed by the thread's id.",
         [](const Context& context, const Argument&, Values& out) {
             ScratchText text(out.scratch());
             text.add(name_of(context.process)).add_number(context.event.header().tid);
             out.add(text.view());
         }},
        {"proc.stdin.type",
         FieldType::text,
         {},
         "What standard input was when the program started, as fd.type has it.",
         [](const Context& context) { return stream_type(context, 0); }},
        {"proc.stdout.type",
         FieldType::text,
         {},
         "What standard output was when the program started, as fd.type has it.",
         [](const Context& context) { return stream_type(context, 1); }},
        {"proc.stderr.type",
         FieldType::text,
         {},
         "What standard error was when the program started, as fd.type has it.",
         [](const Context& context) { return stream_type(context, 2); }},

        // Saker's own.
        {"proc.is_exe_deleted",
         FieldType::boolean,
         {},
         "Saker's own: whether the program's file had no name any more when it was run.",
         [](const Context& context) { return exe_flag(context, FILE_DELETED); }},
        {"proc.interpreter",
         FieldType::text,
         {},
         "Saker's own: of a script, the path of the program that runs it.",
         [](const Context& context) -> std::optional<std::string_view> {
             const std::string_view path = program_of(context).interpreter;
             return path.empty() ? std::nullopt : std::optional(path);
         }},
        {"proc.script",
         FieldType::text,
         {},
         "Saker's own: of a script, its path as passed to exec.",
         [](const Context& context) -> std::optional<std::string_view> {
             const Program& program = program_of(context);
             return program.interpreter.empty() ? std::nullopt
                                                : std::optional<std::string_view>(program.filename);
         }},
        {"proc.start_seen",
         FieldType::boolean,
         {},
         "Saker's own: whether the start of the process was seen; else only what the event itself "
         "says "
         "of it is known.",
         [](const Context& context) { return !context.process.is_placeholder; }},
    };
    return rows;
}

}  // namespace saker::lang
