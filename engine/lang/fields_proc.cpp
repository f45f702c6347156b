// The proc rows of the field catalogue: who a process is and who it comes from.
#include "engine/lang/field.h"
#include "engine/lang/process_readers.h"

namespace saker::lang {
namespace {

std::optional<int64_t> parent_pid(const Context& context) {
    const Process& process = context.process;
    if (process.parent) {
        return process.parent->pid;
    }
    return process.is_placeholder || process.lost_ancestors ? std::nullopt : std::optional(0);
}

/// A text of the leader of the session, or of the process group.
template <ProcessText text, uint32_t Process::*id>
std::string_view leader(const Context& context) {
    const Process* found = leader_of(context, context.process.*id);
    return found ? text(*found) : std::string_view();
}

/// The names of the file the leader of the session, or of the process group, runs.
template <uint32_t Process::*id>
void add_leader_exe_names(const Context& context, const FieldArgument&, Values& out) {
    if (const Process* found = leader_of(context, context.process.*id)) {
        add_exe_names(*found, out);
    } else {
        out.add(std::string_view());
    }
}

template <ProcessText text>
void of_ancestors(const Context& context, const FieldArgument& argument, Values& out) {
    add_of_ancestors(context, argument, out, text);
}

}  // namespace

std::span<const Field> proc_fields() {
    using Argument = FieldArgument;
    static const FieldFlags kNames{.several = Several::names};
    static const FieldFlags kOptional{.bracket = Bracket::optional};
    static const FieldFlags kAncestors{.bracket = Bracket::optional,
                                       .several = Several::ancestors,
                                       .no_rhs = true,
                                       .no_transform = true};
    static const FieldFlags kAncestorPaths{.bracket = Bracket::optional,
                                           .several = Several::ancestors,
                                           .picks_names = true,
                                           .no_rhs = true,
                                           .no_transform = true};
    static const Field rows[] = {
        {"proc.exe",
         FieldType::text,
         {},
         "The first argument, argv[0]: usually the program, but the caller may write anything "
         "there.",
         [](const Context& context) { return exe_of(context.process); }},
        {"proc.pexe",
         FieldType::text,
         {},
         "The parent's proc.exe.",
         [](const Context& context) { return of_parent(context, exe_of); }},
        {"proc.aexe", FieldType::text, kAncestors,
         "An ancestor's proc.exe: [1] the parent's, [2] the one's above; without index any "
         "ancestor's.",
         [](const Context& context, const Argument& argument, Values& out) {
             of_ancestors<exe_of>(context, argument, out);
         }},
        {"proc.exepath", FieldType::text, kNames,
         "The path of the file the kernel runs, and as it was asked for made absolute: a test "
         "holds "
         "if it holds for either, and the kernel's is shown.",
         [](const Context& context, const Argument&, Values& out) {
             add_exe_names(context.process, out);
         }},
        {"proc.pexepath", FieldType::text, kNames, "The parent's proc.exepath.",
         [](const Context& context, const Argument&, Values& out) {
             if (const Process* parent = context.process.parent) {
                 add_exe_names(*parent, out);
             }
         }},
        {"proc.aexepath", FieldType::text, kAncestorPaths,
         "An ancestor's proc.exepath, by index; without index any ancestor's, as the kernel has "
         "it.",
         [](const Context& context, const Argument& argument, Values& out) {
             add_ancestors_exepath(context, argument, out);
         }},
        {"proc.name",
         FieldType::text,
         {},
         "The program's name as the kernel had it when it started: 15 bytes at most.",
         [](const Context& context) { return name_of(context.process); }},
        {"proc.pname",
         FieldType::text,
         {},
         "The parent's proc.name: of the program that made this process, alive or not.",
         [](const Context& context) { return of_parent(context, name_of); }},
        {"proc.aname", FieldType::text, kAncestors,
         "An ancestor's proc.name, by index; without index any ancestor's.",
         [](const Context& context, const Argument& argument, Values& out) {
             of_ancestors<name_of>(context, argument, out);
         }},
        {"proc.args", FieldType::text, kOptional,
         "The arguments after the first, joined by spaces; with an index one of them.",
         [](const Context& context, const Argument& argument, Values& out) {
             add_arguments(context, argument, out);
         }},
        {"proc.aargs", FieldType::text, kOptional,
         "An ancestor's proc.args, by index; without index those of all ancestors.",
         [](const Context& context, const Argument& argument, Values& out) {
             add_ancestors_arguments(context, argument, out);
         }},
        {"proc.cmdline",
         FieldType::text,
         {},
         "proc.name and proc.args, joined by a space.",
         [](const Context& context) { return cmdline_of(context.process); }},
        {"proc.pcmdline",
         FieldType::text,
         {},
         "The parent's proc.cmdline.",
         [](const Context& context) { return of_parent(context, cmdline_of); }},
        {"proc.acmdline", FieldType::text, kAncestors,
         "An ancestor's proc.cmdline, by index; without index any ancestor's.",
         [](const Context& context, const Argument& argument, Values& out) {
             of_ancestors<cmdline_of>(context, argument, out);
         }},
        {"proc.cmdnargs",
         FieldType::unsigned_number,
         {},
         "How many arguments follow the first.",
         [](const Context& context) { return count_arguments(context.process); }},
        {"proc.cmdlenargs",
         FieldType::unsigned_number,
         {},
         "How long these arguments are together, without what separates them.",
         [](const Context& context) { return arguments_length(context.process); }},
        {"proc.exeline",
         FieldType::text,
         {},
         "proc.exe and proc.args, joined by a space.",
         [](const Context& context, const Argument&, Values& out) { add_exeline(context, out); }},
        {"proc.env", FieldType::text, kOptional,
         "The environment as the program was given it, or one variable's value: proc.env[PATH].",
         [](const Context& context, const Argument& argument, Values& out) {
             add_environment(context, argument, out);
         }},
        {"proc.aenv",
         FieldType::text,
         {.bracket = Bracket::optional, .no_rhs = true, .no_transform = true},
         "The environment of ancestors: all of theirs, that of one by index, or a variable's value "
         "in "
         "the nearest that has it.",
         [](const Context& context, const Argument& argument, Values& out) {
             add_ancestors_environment(context, argument, out);
         }},
        {"proc.cwd",
         FieldType::text,
         {},
         "The working directory, ended by a slash.",
         [](const Context& context, const Argument&, Values& out) { add_cwd(context, out); }},
        {"proc.loginshellid",
         FieldType::signed_number,
         {},
         "The pid of the oldest shell among the process and its ancestors.",
         [](const Context& context) { return login_shell(context); }},
        {"proc.tty",
         FieldType::unsigned_number,
         {},
         "The controlling terminal's device number; 0 for none.",
         [](const Context& context) { return context.process.tty; }},
        {"proc.pid",
         FieldType::signed_number,
         {},
         "The process id, as the host counts.",
         [](const Context& context) { return static_cast<int64_t>(context.process.pid); }},
        {"proc.ppid",
         FieldType::signed_number,
         {},
         "The id of the process that made this one, alive or not.",
         [](const Context& context) { return parent_pid(context); }},
        {"proc.apid", FieldType::signed_number, kAncestors,
         "An ancestor's proc.pid, by index; without index any ancestor's.",
         [](const Context& context, const Argument& argument, Values& out) {
             add_ancestor_pids(context, argument, out);
         }},
        {"proc.vpid",
         FieldType::signed_number,
         {},
         "The process id in the process's own pid namespace.",
         [](const Context& context) { return static_cast<int64_t>(context.event.header().vpid); }},
        {"proc.pvpid",
         FieldType::signed_number,
         {},
         "The parent's id in the process's own pid namespace; 0 when it is not in it.",
         [](const Context& context) { return static_cast<int64_t>(context.process.pvpid); }},
        {"proc.sid",
         FieldType::signed_number,
         {},
         "The session id in the process's own pid namespace.",
         [](const Context& context) { return static_cast<int64_t>(context.process.vsid); }},
        {"proc.sname",
         FieldType::text,
         {},
         "The name of the session's leader; empty when unknown.",
         [](const Context& context) { return leader<name_of, &Process::sid>(context); }},
        {"proc.sid.exe",
         FieldType::text,
         {},
         "The first argument of the session's leader.",
         [](const Context& context) { return leader<exe_of, &Process::sid>(context); }},
        {"proc.sid.exepath", FieldType::text, kNames, "The program's path of the session's leader.",
         add_leader_exe_names<&Process::sid>},
        {"proc.vpgid",
         FieldType::signed_number,
         {},
         "The process group's id in the process's own pid namespace.",
         [](const Context& context) { return static_cast<int64_t>(context.process.vpgid); }},
        {"proc.vpgid.name",
         FieldType::text,
         {},
         "The name of the process group's leader; empty when unknown.",
         [](const Context& context) { return leader<name_of, &Process::pgid>(context); }},
        {"proc.vpgid.exe",
         FieldType::text,
         {},
         "The first argument of the process group's leader.",
         [](const Context& context) { return leader<exe_of, &Process::pgid>(context); }},
        {"proc.vpgid.exepath", FieldType::text, kNames,
         "The program's path of the process group's leader.", add_leader_exe_names<&Process::pgid>},
        {"proc.pgid",
         FieldType::signed_number,
         {},
         "The process group's id, as the host counts.",
         [](const Context& context) { return static_cast<int64_t>(context.process.pgid); }},
        {"proc.pgid.name",
         FieldType::text,
         {},
         "The name of the process group's leader; empty when unknown.",
         [](const Context& context) { return leader<name_of, &Process::pgid>(context); }},
        {"proc.pgid.exe",
         FieldType::text,
         {},
         "The first argument of the process group's leader.",
         [](const Context& context) { return leader<exe_of, &Process::pgid>(context); }},
        {"proc.pgid.exepath", FieldType::text, kNames,
         "The program's path of the process group's leader.", add_leader_exe_names<&Process::pgid>},
    };
    return rows;
}

}  // namespace saker::lang
