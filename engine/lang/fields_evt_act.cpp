// The rest of the evt rows: what happened, with which arguments, and how it ended.
#include <fcntl.h>

#include "engine/event/format.h"
#include "engine/lang/act_readers.h"
#include "engine/lang/arguments.h"
#include "engine/lang/field.h"
#include "engine/lang/subject.h"

namespace saker::lang {
namespace {

constexpr std::string_view kLength = "How many bytes were read or written, of some acts only.";
constexpr Unfilled kNoReports{"no such event is made here"};

bool has_failed(const Context& context) {
    return result_of(context.event).value_or(0) < 0;
}

enum class ErrorGroup : uint8_t { file, net, memory, other };

/// 1 for an event that failed and belongs to the group; nothing otherwise.
std::optional<uint64_t> failed_in(const Context& context, ErrorGroup group) {
    const std::string_view category = context.event.category();
    const ErrorGroup found = category == "file"     ? ErrorGroup::file
                             : category == "net"    ? ErrorGroup::net
                             : category == "memory" ? ErrorGroup::memory
                                                    : ErrorGroup::other;
    return has_failed(context) && found == group ? std::optional<uint64_t>(1) : std::nullopt;
}

/// The O_* flags of an event that opens a file; nothing for others.
std::optional<uint64_t> open_flags(const Event& event) {
    const Member* flags = event.member<"flags">();
    if (!flags || flags->type != MemberType::open_flags) {
        return std::nullopt;
    }
    return static_cast<uint64_t>(event.number(*flags));
}

/// An O_PATH descriptor can neither be read nor written.
bool opens_for(const Event& event, uint64_t mode) {
    const auto flags = open_flags(event);
    if (!flags || (*flags & O_PATH) != 0) {
        return false;
    }
    const uint64_t asked = *flags & O_ACCMODE;
    return asked == mode || asked == O_RDWR;
}

bool makes_executable(const Event& event) {
    const auto flags = open_flags(event);
    const auto mode = event.number<"mode">();
    const bool may_make = flags && ((*flags & O_CREAT) != 0 || (*flags & O_TMPFILE) == O_TMPFILE ||
                                    event.kind() == event_kind("creat"));
    return may_make && mode && (*mode & 0111) != 0;
}

std::optional<std::string_view> result_name(const Context& context) {
    const auto result = result_of(context.event);
    if (!result) {
        return std::nullopt;
    }
    if (*result >= 0) {
        return "SUCCESS";
    }
    const std::string_view name = error_name(*result);
    return name.empty() ? "<NA>" : name;
}

constexpr uint64_t kMillisecond = 1'000'000;

bool is_of(const Context& context, std::string_view category) {
    return context.event.category() == category;
}

void add_absolute(const Context& context, const PathMembers& path, Values& out) {
    if (path.asked) {
        const std::string_view directory =
            path.directory ? context.event.text(*path.directory) : std::string_view();
        out.add(absolute(context, directory, context.event.text(*path.asked), out.scratch()));
    }
}

/// `evt.abspath.src` and `.dst` of an act on two paths; any other argument means the only path.
void add_absolute_path(const Context& context, const FieldArgument& argument, Values& out) {
    const bool is_source = argument.text == "src";
    const bool has_two = context.event.member<"oldpath">() != nullptr;
    if (has_two) {
        add_absolute(context, is_source ? old_path_of(context.event) : new_path_of(context.event),
                     out);
    } else {
        add_absolute(context, path_of(context.event), out);
    }
}

std::string_view via_name(const Context& context) {
    switch (context.event.header().via) {
        case VIA_syscall:
            return "syscall";
        case VIA_io_uring:
            return "io_uring";
        default:
            return "kernel";
    }
}

}  // namespace

std::span<const Field> evt_act_fields() {
    using Argument = FieldArgument;
    static const FieldFlags kRequired{.bracket = Bracket::required};
    static const FieldFlags kOld{.deprecated = true};
    static const FieldFlags kHidden{.hidden = true};
    static const Field rows[] = {
        {"evt.dir", FieldType::text, kOld, "Always `<`: every event is seen when it is over.",
         [](const Context&) { return std::string_view("<"); }},
        {"evt.type",
         FieldType::text,
         {},
         "The event's name: of the system call, or of the hook.",
         [](const Context& context) { return context.event.name(); }},
        {"evt.type.is", FieldType::unsigned_number, kRequired,
         "1 when the event has that name, else 0: evt.type.is.open.",
         [](const Context& context, const Argument& argument) {
             return uint64_t{context.event.name() == argument.text};
         }},
        {"syscall.type",
         FieldType::text,
         {},
         "The system call's name; missing for hooks.",
         [](const Context& context) -> std::optional<std::string_view> {
             return is_syscall(context.event.kind()) ? std::optional(context.event.name())
                                                     : std::nullopt;
         }},
        {"evt.category",
         FieldType::text,
         {},
         "What the event is about: file, net, process, user …",
         [](const Context& context) { return context.event.category(); }},
        {"evt.cpu",
         FieldType::signed_number,
         {},
         "The processor it happened on.",
         [](const Context& context) { return int64_t{context.event.header().cpu}; }},
        {"evt.args",
         FieldType::text,
         {},
         "All arguments, as name=value.",
         [](const Context& context, const Argument&, Values& out) {
             add_all_arguments(context, out);
         }},
        {"evt.arg", FieldType::text, kRequired,
         "One argument by name or number, in its readable form: evt.arg.flags, evt.arg[0].",
         [](const Context& context, const Argument& argument, Values& out) {
             add_argument(context, argument, out);
         }},
        {"evt.rawarg",
         FieldType::dynamic,
         {.bracket = Bracket::required, .no_rhs = true, .no_transform = true},
         "One argument by name, as the number or text it is.",
         [](const Context& context, const Argument& argument, Values& out) {
             add_raw_argument(context, argument, out);
         }},
        {"evt.info",
         FieldType::text,
         {},
         "The same as evt.args.",
         [](const Context& context, const Argument&, Values& out) {
             add_all_arguments(context, out);
         }},
        {"evt.buffer",
         FieldType::bytes,
         {},
         "The first bytes that were read or written, where the event has them.",
         [](const Context& context) -> std::optional<std::string_view> {
             const std::string_view data = context.event.text<"data">();
             return data.empty() ? std::nullopt : std::optional(data);
         }},
        {"evt.buflen",
         FieldType::unsigned_number,
         {},
         "How many bytes were read or written.",
         [](const Context& context) { return moved(context, true, true); }},
        {"evt.res",
         FieldType::text,
         {},
         "`SUCCESS`, or the error's name: ENOENT, EACCES …",
         [](const Context& context) { return result_name(context); }},
        {"evt.rawres",
         FieldType::signed_number,
         {},
         "What the call returned; a negative error number when it failed.",
         [](const Context& context) { return result_of(context.event); }},
        {"evt.failed",
         FieldType::boolean,
         {},
         "Whether the call failed.",
         [](const Context& context) { return has_failed(context); }},
        {"evt.is_io",
         FieldType::boolean,
         {},
         "Whether data were read or written.",
         [](const Context& context) {
             return is_of(context, "io_read") || is_of(context, "io_write");
         }},
        {"evt.is_io_read",
         FieldType::boolean,
         {},
         "Whether data were read.",
         [](const Context& context) { return is_of(context, "io_read"); }},
        {"evt.is_io_write",
         FieldType::boolean,
         {},
         "Whether data were written.",
         [](const Context& context) { return is_of(context, "io_write"); }},
        {"evt.io_dir",
         FieldType::text,
         {},
         "`r` when data were read, `w` when they were written.",
         [](const Context& context) -> std::optional<std::string_view> {
             if (is_of(context, "io_read")) {
                 return "r";
             }
             return is_of(context, "io_write") ? std::optional<std::string_view>("w")
                                               : std::nullopt;
         }},
        {"evt.is_wait",
         FieldType::boolean,
         {},
         "Whether the call waits for something.",
         [](const Context& context) { return is_of(context, "wait") || is_of(context, "sleep"); }},
        {"evt.wait_latency", FieldType::relative_time, kOld,
         "Known so that old rules load; always 0.", [](const Context&) { return uint64_t{0}; }},
        {"evt.is_syslog",
         FieldType::boolean,
         {},
         "Whether it is a write to /dev/log.",
         [](const Context& context) { return writes_to_log(context); }},
        {"evt.count",
         FieldType::unsigned_number,
         {},
         "Always 1.",
         [](const Context&) { return uint64_t{1}; }},
        {"evt.count.error",
         FieldType::unsigned_number,
         {},
         "1 when the call failed.",
         [](const Context& context) {
             return has_failed(context) ? std::optional<uint64_t>(1) : std::nullopt;
         }},
        {"evt.count.error.file",
         FieldType::unsigned_number,
         {},
         "1 when a call about files failed.",
         [](const Context& context) { return failed_in(context, ErrorGroup::file); }},
        {"evt.count.error.net",
         FieldType::unsigned_number,
         {},
         "1 when a call about the network failed.",
         [](const Context& context) { return failed_in(context, ErrorGroup::net); }},
        {"evt.count.error.memory",
         FieldType::unsigned_number,
         {},
         "1 when a call about memory failed.",
         [](const Context& context) { return failed_in(context, ErrorGroup::memory); }},
        {"evt.count.error.other",
         FieldType::unsigned_number,
         {},
         "1 when a call about something else failed.",
         [](const Context& context) { return failed_in(context, ErrorGroup::other); }},
        {"evt.count.exit",
         FieldType::unsigned_number,
         {},
         "Always 1: every event is seen when it is over.",
         [](const Context&) { return uint64_t{1}; }},
        {"evt.count.procinfo", FieldType::unsigned_number, kHidden,
         "1 for reports on a process's own use of the processor.", kNoReports},
        {"evt.count.threadinfo", FieldType::unsigned_number, kHidden,
         "1 for reports on a thread's use of the processor.", kNoReports},
        {"evt.around",
         FieldType::unsigned_number,
         {.bracket = Bracket::required, .is_distance = true, .no_rhs = true, .filter_only = true},
         "Tests whether the event lies within so many milliseconds of a time: "
         "evt.around[1404996934793590564] = 100.",
         [](const Context& context, const Argument& argument) -> std::optional<uint64_t> {
             const uint64_t now = context.state.wall_time(context.event.header().time);
             const auto middle = static_cast<uint64_t>(argument.index.value_or(0));
             const uint64_t distance = now > middle ? now - middle : middle - now;
             return (distance + kMillisecond - 1) / kMillisecond;
         }},
        {"evt.abspath", FieldType::text, kRequired,
         "The asked path made absolute; of an act on two paths evt.abspath.src or evt.abspath.dst.",
         [](const Context& context, const Argument& argument, Values& out) {
             add_absolute_path(context, argument, out);
         }},
        {"evt.buflen.in", FieldType::unsigned_number, kHidden, kLength,
         [](const Context& context) { return moved(context, true, false); }},
        {"evt.buflen.out", FieldType::unsigned_number, kHidden, kLength,
         [](const Context& context) { return moved(context, false, true); }},
        {"evt.buflen.file", FieldType::unsigned_number, kHidden, kLength,
         [](const Context& context) {
             return has_socket(context.event) == false ? moved(context, true, true) : std::nullopt;
         }},
        {"evt.buflen.file.in", FieldType::unsigned_number, kHidden, kLength,
         [](const Context& context) {
             return has_socket(context.event) == false ? moved(context, true, false) : std::nullopt;
         }},
        {"evt.buflen.file.out", FieldType::unsigned_number, kHidden, kLength,
         [](const Context& context) {
             return has_socket(context.event) == false ? moved(context, false, true) : std::nullopt;
         }},
        {"evt.buflen.net", FieldType::unsigned_number, kHidden, kLength,
         [](const Context& context) {
             return has_socket(context.event) == true ? moved(context, true, true) : std::nullopt;
         }},
        {"evt.buflen.net.in", FieldType::unsigned_number, kHidden, kLength,
         [](const Context& context) {
             return has_socket(context.event) == true ? moved(context, true, false) : std::nullopt;
         }},
        {"evt.buflen.net.out", FieldType::unsigned_number, kHidden, kLength,
         [](const Context& context) {
             return has_socket(context.event) == true ? moved(context, false, true) : std::nullopt;
         }},
        {"evt.is_open_read",
         FieldType::boolean,
         {},
         "Whether a file was opened to read.",
         [](const Context& context) { return opens_for(context.event, O_RDONLY); }},
        {"evt.is_open_write",
         FieldType::boolean,
         {},
         "Whether a file was opened to write.",
         [](const Context& context) { return opens_for(context.event, O_WRONLY); }},
        {"evt.infra.docker.name", FieldType::text, kHidden, "Of a report by Docker, its name.",
         kNoReports},
        {"evt.infra.docker.container.id", FieldType::text, kHidden,
         "Of a report by Docker, the container's id.", kNoReports},
        {"evt.infra.docker.container.name", FieldType::text, kHidden,
         "Of a report by Docker, the container's name.", kNoReports},
        {"evt.infra.docker.container.image", FieldType::text, kHidden,
         "Of a report by Docker, the container's image.", kNoReports},
        {"evt.is_open_exec",
         FieldType::boolean,
         {},
         "Whether the call asked for a new file that may be executed.",
         [](const Context& context) { return makes_executable(context.event); }},
        {"evt.is_open_create",
         FieldType::boolean,
         {},
         "Whether the call made a new file.",
         [](const Context& context) {
             return open_flags(context.event) &&
                    (context.event.number<"file_flags">().value_or(0) & FILE_CREATED) != 0;
         }},

        // Saker's own.
        {"evt.via",
         FieldType::text,
         {},
         "Saker's own: who asked for the act: `syscall`, `io_uring`, or the `kernel` itself.",
         [](const Context& context) { return via_name(context); }},
        {"evt.truncated",
         FieldType::boolean,
         {},
         "Saker's own: whether some text was too long to be kept whole.",
         [](const Context& context) { return context.event.has(RECORD_TRUNCATED); }},
        {"evt.unresolved",
         FieldType::boolean,
         {},
         "Saker's own: whether the kernel's object was not found, so that names are only as asked.",
         [](const Context& context) { return context.event.has(RECORD_UNRESOLVED); }},
        {"evt.toctou",
         FieldType::boolean,
         {},
         "Saker's own: whether the argument was changed while the kernel acted on it: the name of "
         "a "
         "file that is opened, or an address connected to that is not the socket's.",
         [](const Context& context) {
             return context.event.has(RECORD_TOCTOU) || has_other_peer(context.event);
         }},
        {"evt.is_compat",
         FieldType::boolean,
         {},
         "Saker's own: whether it was a 32-bit system call.",
         [](const Context& context) { return context.event.has(RECORD_COMPAT); }},
        {"evt.looked_up_by_fd",
         FieldType::boolean,
         {},
         "Saker's own: whether the object was found by its descriptor after the act, which a race "
         "can "
         "mislead.",
         [](const Context& context) { return context.event.has(RECORD_FD_LOOKUP); }},
    };
    return rows;
}

}  // namespace saker::lang
