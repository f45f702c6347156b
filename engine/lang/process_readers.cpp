#include "engine/lang/process_readers.h"

#include <algorithm>

#include "engine/event/format.h"

namespace saker::lang {
namespace {

constexpr std::string_view kUnknown = "<NA>";
// A chain of processes that each fork and exit is as long as an attacker likes.
constexpr size_t kFurthestAncestor = 256;
constexpr size_t kFurthestEnvironment = 20;

/// Calls `visit` with each ancestor, parent first, until it says false.
template <class Visit>
void each_ancestor(const Process& process, size_t furthest, Visit visit) {
    const Process* above = process.parent;
    for (size_t depth = 0; above && depth < furthest && visit(*above); ++depth) {
        above = above->parent;
    }
}

const Process* indexed_ancestor(const Context& context, int64_t index) {
    return index < 0 ? nullptr : ancestor(context.process, static_cast<uint64_t>(index));
}

std::string_view take_string(std::string_view& strings) {
    const size_t end = std::min(strings.find('\0'), strings.size());
    const std::string_view taken = strings.substr(0, end);
    strings.remove_prefix(std::min(end + 1, strings.size()));
    return taken;
}

std::string_view nth_argument(const Process& process, int64_t n) {
    std::string_view args = process.program->args;
    while (n-- > 0 && !args.empty()) {
        take_string(args);
    }
    return take_string(args);
}

std::optional<std::string_view> variable(std::string_view env, std::string_view name) {
    while (!env.empty()) {
        const std::string_view assignment = take_string(env);
        if (assignment.size() > name.size() && assignment[name.size()] == '=' &&
            assignment.starts_with(name)) {
            return assignment.substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

void print_spaced(ScratchText& out, std::string_view strings) {
    while (!strings.empty()) {
        out.add(out.empty() ? "" : " ").add(take_string(strings));
    }
}

bool is_shell(const Process& process) {
    const std::string_view name = process.program->name;
    return name.size() >= 2 && name.ends_with("sh");
}

}  // namespace

std::string_view name_of(const Process& process) {
    const std::string_view name = process.program->name;
    return name.empty() ? kUnknown : name;
}

std::string_view exe_of(const Process& process) {
    return process.program->is_known ? std::string_view(process.program->exe) : kUnknown;
}

std::string_view exepath_of(const Process& process) {
    return process.program->is_known ? std::string_view(process.program->path) : kUnknown;
}

void add_exe_names(const Process& process, Values& out) {
    const std::string_view path = exepath_of(process);
    const std::string_view inner = process.program->inner_path;
    const std::string_view asked = process.program->asked_path;
    out.add(path);
    if (!inner.empty() && inner != path) {
        out.add(inner);
    }
    if (!asked.empty() && asked != path && asked != inner) {
        out.add(asked);
    }
}

std::string_view cmdline_of(const Process& process) {
    const std::string_view line = process.program->cmdline;
    return line.empty() ? kUnknown : line;
}

std::optional<std::string_view> of_parent(const Context& context, ProcessText text) {
    const Process* parent = context.process.parent;
    return parent ? std::optional(text(*parent)) : std::nullopt;
}

void add_of_ancestors(const Context& context, const FieldArgument& argument, Values& out,
                      ProcessText text) {
    if (argument.index) {
        if (const Process* found = indexed_ancestor(context, *argument.index)) {
            out.add(text(*found));
        }
        return;
    }
    each_ancestor(context.process, kFurthestAncestor, [&](const Process& above) {
        out.add(text(above));
        return true;
    });
}

void add_ancestors_exepath(const Context& context, const FieldArgument& argument, Values& out) {
    if (!argument.index) {
        add_of_ancestors(context, argument, out, exepath_of);
    } else if (const Process* found = indexed_ancestor(context, *argument.index)) {
        add_exe_names(*found, out);
    }
}

void add_ancestor_pids(const Context& context, const FieldArgument& argument, Values& out) {
    if (argument.index) {
        if (const Process* found = indexed_ancestor(context, *argument.index)) {
            out.add(static_cast<int64_t>(found->pid));
        }
        return;
    }
    each_ancestor(context.process, kFurthestAncestor, [&](const Process& above) {
        out.add(static_cast<int64_t>(above.pid));
        return true;
    });
}

const Process* leader_of(const Context& context, uint32_t pid) {
    // Of the lineage first: it has the leader as it was then, even when it has ended since.
    const Process* leader = context.process.pid == pid ? &context.process : nullptr;
    if (!leader) {
        each_ancestor(context.process, kFurthestAncestor, [&](const Process& above) {
            leader = above.pid == pid ? &above : nullptr;
            return leader == nullptr;
        });
    }
    if (!leader && pid != 0) {
        leader = context.state.processes().running(pid);
    }
    return leader;
}

void add_arguments(const Context& context, const FieldArgument& argument, Values& out) {
    if (argument.index) {
        out.add(nth_argument(context.process, *argument.index));
    } else if (context.process.program->is_known) {
        out.add(context.process.program->joined_args());
    }
}

void add_ancestors_arguments(const Context& context, const FieldArgument& argument, Values& out) {
    if (argument.index) {
        const Process* found = indexed_ancestor(context, *argument.index);
        if (found) {
            out.add(found->program->joined_args());
        }
        return;
    }
    ScratchText text(out.scratch());
    each_ancestor(context.process, kFurthestAncestor, [&](const Process& above) {
        const std::string_view args = above.program->joined_args();
        text.add(text.empty() || args.empty() ? "" : " ").add(args);
        return true;
    });
    if (context.process.parent) {
        out.add(text.view());
    }
}

uint64_t count_arguments(const Process& process) {
    std::string_view args = process.program->args;
    uint64_t count = 0;
    for (; !args.empty(); ++count) {
        take_string(args);
    }
    return count;
}

uint64_t arguments_length(const Process& process) {
    return static_cast<uint64_t>(std::ranges::count_if(
        process.program->args, [](char character) { return character != '\0'; }));
}

void add_exeline(const Context& context, Values& out) {
    const std::string_view args = context.process.program->joined_args();
    ScratchText text(out.scratch());
    text.add(exe_of(context.process)).add(args.empty() ? "" : " ").add(args);
    out.add(text.view());
}

void add_environment(const Context& context, const FieldArgument& argument, Values& out) {
    const std::string_view env = context.process.program->env;
    if (env.empty()) {
        return;
    }
    if (argument.given) {
        put_value(out, variable(env, argument.text));
        return;
    }
    ScratchText text(out.scratch());
    print_spaced(text, env);
    out.add(text.view());
}

void add_ancestors_environment(const Context& context, const FieldArgument& argument, Values& out) {
    ScratchText text(out.scratch());
    if (argument.index) {
        const Process* found = indexed_ancestor(context, *argument.index);
        if (found && !found->program->env.empty()) {
            print_spaced(text, found->program->env);
            out.add(text.view());
        }
        return;
    }
    std::optional<std::string_view> found;
    each_ancestor(context.process, kFurthestEnvironment, [&](const Process& above) {
        if (argument.given) {
            found = variable(above.program->env, argument.text);
        } else {
            print_spaced(text, above.program->env);
        }
        return !found;
    });
    if (found) {
        out.add(*found);
    } else if (!argument.given && !text.empty()) {
        out.add(text.view());
    }
}

void add_cwd(const Context& context, Values& out) {
    const std::string_view cwd = context.process.cwd;
    if (cwd.empty() || cwd.ends_with('/')) {
        put_value(out, cwd.empty() ? std::nullopt : std::optional(cwd));
        return;
    }
    ScratchText text(out.scratch());
    out.add(text.add(cwd).add('/').view());
}

std::optional<int64_t> login_shell(const Context& context) {
    std::optional<int64_t> shell;
    const auto take = [&](const Process& process) {
        shell = is_shell(process) ? static_cast<int64_t>(process.pid) : shell;
        return true;
    };
    take(context.process);
    each_ancestor(context.process, kFurthestAncestor, take);
    return shell;
}

std::optional<bool> exe_flag(const Context& context, file_flag flag) {
    const Program& program = *context.process.program;
    return program.is_known ? std::optional((program.file_flags & flag) != 0) : std::nullopt;
}

std::optional<uint64_t> duration_of(const Context& context, const Process* process) {
    const uint64_t now = context.event.header().time;
    return process && now >= process->start_time ? std::optional(now - process->start_time)
                                                 : std::nullopt;
}

std::optional<uint64_t> start_of(const Context& context, const Process* process) {
    return process ? std::optional(context.state.wall_time(process->start_time)) : std::nullopt;
}

void add_capabilities(uint64_t capabilities, Values& out) {
    ScratchText text(out.scratch());
    print_capabilities(text, capabilities);
    out.add(text.view());
}

}  // namespace saker::lang
