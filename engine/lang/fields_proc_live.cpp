// The proc and thread rows that no event carries: /proc is read for them, when a rule asks.
#include <algorithm>

#include "engine/event/scratch_text.h"
#include "engine/lang/field.h"
#include "engine/state/context.h"

namespace saker::lang {
namespace {

constexpr Unfilled kNoSamples{
    "it would take a look at every process each second; use evt.rawtime and thread.totexectime"};

template <auto ProcessFigures::*figure>
auto figure_of(const Context& context) {
    const ProcessFigures* figures = context.state.live_process().figures(context.event);
    return figures ? std::optional(figures->*figure) : std::nullopt;
}

template <uint64_t ProcessFigures::*figure>
std::optional<uint64_t> of_first_thread(const Context& context) {
    const bool is_first = context.event.header().tid == context.event.header().pid;
    return is_first ? figure_of<figure>(context) : std::nullopt;
}

template <uint64_t ProcessFigures::*figure>
std::optional<uint64_t> bytes_of_first_thread(const Context& context) {
    const auto kib = of_first_thread<figure>(context);
    return kib ? std::optional(*kib * 1024) : std::nullopt;
}

std::optional<uint64_t> open_descriptors(const Context& context) {
    const auto* open = context.state.live_process().descriptors(context.event);
    return open ? std::optional<uint64_t>(open->size()) : std::nullopt;
}

std::optional<int64_t> most_descriptors(const Context& context) {
    const ProcessFigures* figures = context.state.live_process().figures(context.event);
    return figures ? figures->most_descriptors : std::nullopt;
}

template <int number>
std::optional<std::string_view> stream_name(const Context& context) {
    const auto* open = context.state.live_process().descriptors(context.event);
    if (!open || open->empty() || static_cast<size_t>(number) >= open->size()) {
        return std::nullopt;
    }
    const OpenDescriptor& stream = (*open)[number];  // they come by number, so it can be no other
    return stream.number == number ? std::optional<std::string_view>(stream.name) : std::nullopt;
}

/// Calls `visit(controllers, path)` with each hierarchy; version 2's has no controllers.
template <class Visit>
void each_cgroup(std::string_view lines, Visit visit) {
    while (!lines.empty()) {
        const size_t end = std::min(lines.find('\n'), lines.size());
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        const size_t names = line.find(':');
        const size_t path = names == line.npos ? line.npos : line.find(':', names + 1);
        if (path != line.npos) {
            visit(line.substr(names + 1, path - names - 1), line.substr(path + 1));
        }
    }
}

bool holds(std::string_view controllers, std::string_view wanted) {
    while (!controllers.empty()) {
        const size_t end = std::min(controllers.find(','), controllers.size());
        if (controllers.substr(0, end) == wanted) {
            return true;
        }
        controllers.remove_prefix(std::min(end + 1, controllers.size()));
    }
    return false;
}

void add_cgroups(const Context& context, const FieldArgument&, Values& out) {
    const auto lines = context.state.live_process().cgroups(context.event);
    if (!lines) {
        return;
    }
    ScratchText all(out.scratch());
    each_cgroup(*lines, [&](std::string_view controllers, std::string_view path) {
        all.add(all.empty() ? "" : " ").add(controllers.empty() ? "unified" : controllers);
        all.add('=').add(path);
    });
    out.add(all.view());
}

/// In version 1 the controller's hierarchy; else the one all controllers share.
void add_cgroup(const Context& context, const FieldArgument& argument, Values& out) {
    const auto lines = context.state.live_process().cgroups(context.event);
    std::optional<std::string_view> found;
    std::optional<std::string_view> unified;
    each_cgroup(lines.value_or(""), [&](std::string_view controllers, std::string_view path) {
        if (controllers.empty()) {
            unified = path;
        } else if (holds(controllers, argument.text)) {
            found = path;
        }
    });
    put_value(out, found ? found : unified);
}

}  // namespace

std::span<const Field> proc_live_fields() {
    static const FieldFlags kHidden{.hidden = true};
    static const Field rows[] = {
        {"proc.fdopencount",
         FieldType::unsigned_number,
         {},
         "How many descriptors are open; read from /proc when asked.",
         [](const Context& context) { return open_descriptors(context); }},
        {"proc.fdlimit",
         FieldType::signed_number,
         {},
         "How many descriptors may be open; read from /proc when asked.",
         [](const Context& context) { return most_descriptors(context); }},
        {"proc.fdusage",
         FieldType::real,
         {},
         "The first as a share of the second, in percent; read from /proc when asked.",
         [](const Context& context) -> std::optional<double> {
             const auto open = open_descriptors(context);
             const auto most = most_descriptors(context);
             return open && most && *most > 0 ? std::optional(100.0 * static_cast<double>(*open) /
                                                              static_cast<double>(*most))
                                              : std::nullopt;
         }},
        {"proc.vmsize",
         FieldType::unsigned_number,
         {},
         "Virtual memory, KiB; read from /proc when asked.",
         [](const Context& context) { return figure_of<&ProcessFigures::virtual_kib>(context); }},
        {"proc.vmrss",
         FieldType::unsigned_number,
         {},
         "Memory resident, KiB; read from /proc when asked.",
         [](const Context& context) { return figure_of<&ProcessFigures::resident_kib>(context); }},
        {"proc.vmswap",
         FieldType::unsigned_number,
         {},
         "Memory swapped out, KiB; read from /proc when asked.",
         [](const Context& context) { return figure_of<&ProcessFigures::swapped_kib>(context); }},
        {"thread.pfmajor",
         FieldType::unsigned_number,
         {},
         "The thread's page faults that had to read a disk; read from /proc when asked.",
         [](const Context& context) { return figure_of<&ProcessFigures::major_faults>(context); }},
        {"thread.pfminor",
         FieldType::unsigned_number,
         {},
         "The thread's page faults that did not; read from /proc when asked.",
         [](const Context& context) { return figure_of<&ProcessFigures::minor_faults>(context); }},
        {"thread.exectime",
         FieldType::relative_time,
         {},
         "The processor time of the thread's last turn, ns.",
         Unfilled{"it would take a record at every switch between threads"}},
        {"thread.totexectime",
         FieldType::relative_time,
         {},
         "All processor time of the thread since it started, ns; read from /proc when asked.",
         [](const Context& context) {
             return figure_of<&ProcessFigures::processor_time>(context);
         }},
        {"thread.cgroups",
         FieldType::text,
         {},
         "The control groups the thread is in, controllers=path for each hierarchy, version 2's as "
         "unified=path; read from /proc when asked.",
         add_cgroups},
        {"thread.cgroup",
         FieldType::text,
         {.bracket = Bracket::required},
         "The control group the thread is in for a controller: thread.cgroup.cpu; read from /proc "
         "when asked.",
         add_cgroup},
        {"proc.nthreads",
         FieldType::unsigned_number,
         {},
         "How many threads the process has; read from /proc when asked.",
         [](const Context& context) { return figure_of<&ProcessFigures::threads>(context); }},
        {"proc.nchilds",
         FieldType::unsigned_number,
         {},
         "How many of them are not its first; read from /proc when asked.",
         [](const Context& context) -> std::optional<uint64_t> {
             const auto threads = figure_of<&ProcessFigures::threads>(context);
             return threads && *threads > 0 ? std::optional(*threads - 1) : std::nullopt;
         }},
        {"thread.cpu",
         FieldType::real,
         {},
         "The processor the thread used in the last second.",
         kNoSamples},
        {"thread.cpu.user", FieldType::real, {}, "Of it in user mode.", kNoSamples},
        {"thread.cpu.system", FieldType::real, {}, "Of it in the kernel.", kNoSamples},
        {"thread.vmsize",
         FieldType::unsigned_number,
         {},
         "Virtual memory, KiB; for the first thread only, read from /proc when asked.",
         [](const Context& context) {
             return of_first_thread<&ProcessFigures::virtual_kib>(context);
         }},
        {"thread.vmrss",
         FieldType::unsigned_number,
         {},
         "Memory resident, KiB; for the first thread only, read from /proc when asked.",
         [](const Context& context) {
             return of_first_thread<&ProcessFigures::resident_kib>(context);
         }},
        {"thread.vmsize.b", FieldType::unsigned_number, kHidden, "thread.vmsize in bytes.",
         [](const Context& context) {
             return bytes_of_first_thread<&ProcessFigures::virtual_kib>(context);
         }},
        {"thread.vmrss.b", FieldType::unsigned_number, kHidden, "thread.vmrss in bytes.",
         [](const Context& context) {
             return bytes_of_first_thread<&ProcessFigures::resident_kib>(context);
         }},
        {"proc.stdin.name",
         FieldType::text,
         {},
         "What standard input is: a path, pipe:[n], socket:[n]; read from /proc when asked.",
         [](const Context& context) { return stream_name<0>(context); }},
        {"proc.stdout.name",
         FieldType::text,
         {},
         "What standard output is; read from /proc when asked.",
         [](const Context& context) { return stream_name<1>(context); }},
        {"proc.stderr.name",
         FieldType::text,
         {},
         "What standard error is; read from /proc when asked.",
         [](const Context& context) { return stream_name<2>(context); }},
    };
    return rows;
}

}  // namespace saker::lang
