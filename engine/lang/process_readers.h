// What field rows read of a process, its relatives and its program.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/lang/field.h"
#include "engine/state/context.h"

namespace saker::lang {

/// One text of a process; "<NA>" where the program was never seen.
using ProcessText = std::string_view (*)(const Process&);
std::string_view name_of(const Process& process);
std::string_view exe_of(const Process& process);
std::string_view exepath_of(const Process& process);
std::string_view cmdline_of(const Process& process);

/// Every name of the file the process runs: the kernel's, the one inside its filesystem, the asked
/// one made absolute. The first is the one to show.
void add_exe_names(const Process& process, Values& out);

/// Of the parent; nothing when it is not known.
std::optional<std::string_view> of_parent(const Context& context, ProcessText text);

/// Of the ancestor the index says, 0 being the process itself; of all ancestors without one.
void add_of_ancestors(const Context& context, const FieldArgument& argument, Values& out,
                      ProcessText text);
void add_ancestors_exepath(const Context& context, const FieldArgument& argument, Values& out);
void add_ancestor_pids(const Context& context, const FieldArgument& argument, Values& out);

/// The leader of the session or process group with that pid; null when it is not known.
const Process* leader_of(const Context& context, uint32_t pid);

/// `proc.args` and `proc.aargs`, with an index or without.
void add_arguments(const Context& context, const FieldArgument& argument, Values& out);
void add_ancestors_arguments(const Context& context, const FieldArgument& argument, Values& out);
uint64_t count_arguments(const Process& process);
uint64_t arguments_length(const Process& process);
void add_exeline(const Context& context, Values& out);

/// `proc.env` and `proc.aenv`: the whole, or one variable; nothing where none was captured.
void add_environment(const Context& context, const FieldArgument& argument, Values& out);
void add_ancestors_environment(const Context& context, const FieldArgument& argument, Values& out);

/// The working directory, ended by a slash.
void add_cwd(const Context& context, Values& out);

/// The oldest shell among the process and its ancestors.
std::optional<int64_t> login_shell(const Context& context);

/// A bit of `enum file_flag` of the program's file; nothing when the program was never seen.
std::optional<bool> exe_flag(const Context& context, file_flag flag);

/// How long the process has run at the event, ns.
std::optional<uint64_t> duration_of(const Context& context, const Process* process);
std::optional<uint64_t> start_of(const Context& context, const Process* process);

void add_capabilities(uint64_t capabilities, Values& out);

}  // namespace saker::lang
