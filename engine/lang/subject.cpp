#include "engine/lang/subject.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "engine/event/format.h"

namespace saker::lang {
namespace {

/// Nothing to collapse: absolute, without `.`, `..`, doubled or trailing slashes.
bool is_plain(std::string_view path) {
    if (!path.starts_with('/') || (path.size() > 1 && path.ends_with('/'))) {
        return false;
    }
    for (size_t slash = path.find('/', 0); slash != path.npos; slash = path.find('/', slash + 1)) {
        const std::string_view element =
            path.substr(slash + 1, path.find('/', slash + 1) - slash - 1);
        if (path.size() > 1 && (element.empty() || element == "." || element == "..")) {
            return false;
        }
    }
    return true;
}

bool is_unix(const Event& event) {
    return event.number<"domain">() == AF_UNIX;
}

std::string_view unix_path(const Event& event) {
    const std::string_view remote = event.text<"remote_path">();
    if (event.member<"listen_fd">() || remote.empty()) {
        const std::string_view local = event.text<"local_path">();
        if (!local.empty()) {
            return local;
        }
    }
    return remote;
}

/// Changes what relative names start from.
bool is_move(const Event& event) {
    return event.id() == EVENT_chdir || event.id() == EVENT_chroot;
}

/// What a duplicated descriptor stands for is told both as a file and, if it is one, as a socket.
bool is_duplicate(const Event& event) {
    return event.id() == EVENT_dup || event.id() == EVENT_dup2 || event.id() == EVENT_dup3;
}

/// Nothing in a message or a duplicate says who called whom: the lower port is the server's.
bool tells_no_side(const Event& event) {
    return is_duplicate(event) || event.id() == EVENT_sendto || event.id() == EVENT_sendmsg ||
           event.id() == EVENT_recvfrom || event.id() == EVENT_recvmsg ||
           event.id() == EVENT_socket_sendmsg;
}

/// A call that failed early left the socket without a peer: what was asked is all there is.
endpoint asked_end(const Event& event) {
    const Member* asked = event.member<"addr">();
    return asked ? endpoint_of(event.text(*asked)) : endpoint{};
}

}  // namespace

bool has_file(const Event& event) {
    return event.member<"file_type">() &&
           (event.member<"fd">() || is_duplicate(event) || !is_syscall(event.kind()));
}

bool has_socket(const Event& event) {
    return is_duplicate(event) ? event.number<"domain">().value_or(0) != 0
                               : event.member<"domain">() != nullptr;
}

std::optional<int64_t> descriptor_of(const Event& event) {
    const auto descriptor = is_duplicate(event) ? event.number<"res">() : event.number<"fd">();
    return descriptor && *descriptor < 0 ? -1 : descriptor;
}

fd_type type_of_subject(const Event& event) {
    if (has_socket(event)) {
        switch (event.number<"domain">().value_or(0)) {
            case AF_INET:
                return FD_TYPE_ipv4;
            case AF_INET6: {
                const SocketEnds ends = ends_of(event);
                const auto address = address_of(ends.server.family ? ends.server : ends.local);
                return address && !address->is_v6 ? FD_TYPE_ipv4 : FD_TYPE_ipv6;
            }
            case AF_UNIX:
                return FD_TYPE_unix;
            case AF_NETLINK:
                return FD_TYPE_netlink;
            default:
                return FD_TYPE_unknown;
        }
    }
    const bool has_failed = result_of(event).value_or(0) < 0;
    if (!has_file(event) || has_failed) {
        return FD_TYPE_none;
    }
    const auto type = static_cast<uint32_t>(event.number<"file_type">().value_or(0)) & S_IFMT;
    const bool was_asked_for = type == 0 && event.member<"resolve">() &&
                               (event.number<"flags">().value_or(0) & O_DIRECTORY) != 0;
    return type == S_IFDIR || was_asked_for ? FD_TYPE_directory : FD_TYPE_file;
}

std::optional<std::string_view> asked_path(const Event& event) {
    const PathMembers path = path_of(event);
    return path.asked ? std::optional(event.text(*path.asked)) : std::nullopt;
}

PathMembers path_of(const Event& event) {
    PathMembers path;
    path.resolved = event.member<"resolved">();
    path.in_filesystem = event.member<"filesystem_path">();
    path.directory = event.member<"directory">();
    if (path.resolved) {
        for (const Member* asked : {event.member<"name">(), event.member<"path">(),
                                    event.member<"filename">(), event.member<"pathname">()}) {
            path.asked = path.asked ? path.asked : asked;
        }
    }
    if (event.id() == EVENT_open_by_handle_at) {
        path.resolved = event.member<"path">();
    }
    return event.member<"linkpath">() ? PathMembers{} : path;
}

PathMembers old_path_of(const Event& event) {
    if (const Member* target = event.member<"target">()) {
        return {target, nullptr, nullptr, nullptr};  // as it is: it starts from the link
    }
    return {event.member<"oldpath">(), event.member<"old_directory">(),
            event.member<"resolved_old">(), nullptr};
}

PathMembers new_path_of(const Event& event) {
    if (const Member* link = event.member<"linkpath">()) {
        return {link, event.member<"directory">(), event.member<"resolved">(),
                event.member<"filesystem_path">()};
    }
    return {event.member<"newpath">(), event.member<"new_directory">(),
            event.member<"resolved_new">(), nullptr};
}

Names names_of(const Context& context, const PathMembers& path, Scratch& scratch) {
    const Event& event = context.event;
    const auto text = [&](const Member* member) {
        return member ? event.text(*member) : std::string_view();
    };
    const std::string_view resolved = text(path.resolved);
    const std::string_view asked = text(path.asked);
    Names names;
    names.add(resolved);
    names.add(text(path.in_filesystem));
    const bool has_moved = is_move(event) && !resolved.empty();  // what it started from is gone
    if (!asked.empty() && asked != resolved && (asked.front() == '/' || !has_moved)) {
        const std::string_view whole = absolute(context, text(path.directory), asked, scratch);
        // Where it starts from is not known: beside a true path, a part of one only misleads.
        if (resolved.empty() || whole.starts_with('/')) {
            names.add(whole);
        }
    }
    return names;
}

Names fd_names(const Context& context, Scratch& scratch) {
    Names names;
    if (has_socket(context.event)) {
        ScratchText text(scratch);
        print_socket(text, context.event);
        names.add(text.view());
    } else if (has_file(context.event)) {
        return names_of(context, path_of(context.event), scratch);
    }
    return names;
}

std::string_view directory_part(std::string_view path) {
    const size_t slash = path.rfind('/');
    return slash == 0 ? path.substr(0, 1) : path.substr(0, slash == path.npos ? 0 : slash);
}

std::string_view filename_part(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

Names parts(const Context& context, Scratch& scratch, std::string_view (*part)(std::string_view)) {
    Names found;
    if (has_file(context.event)) {
        for (const std::string_view name : names_of(context, path_of(context.event), scratch)) {
            found.add(part(name));
        }
    }
    return found;
}

void add_all(const Names& names, Values& out) {
    for (const std::string_view name : names) {
        out.add(name);
    }
}

std::string_view absolute(const Context& context, std::string_view directory, std::string_view name,
                          Scratch& scratch) {
    if (is_plain(name)) {
        return name;
    }
    if (directory.empty() && context.event.number<"dirfd">().value_or(AT_FDCWD) == AT_FDCWD) {
        directory = context.process.cwd;
    }
    ScratchText text(scratch);
    print_absolute(text, directory, name);
    return text.view();
}

SocketEnds ends_of(const Event& event) {
    SocketEnds ends;
    const Member* local = event.member<"local">();
    const Member* remote = event.member<"remote">();
    if (!local || !remote) {
        return ends;
    }
    ends.local = event.end(*local);
    ends.remote = event.end(*remote);
    const bool is_connect =
        event.kind() == event_kind("connect") || event.kind() == event_kind("socket_connect");
    if (is_connect || (tells_no_side(event) && ends.local.port > ends.remote.port)) {
        if (ends.remote.family == 0) {
            ends.remote = asked_end(event);
        }
        ends.client = ends.local;
        ends.server = ends.remote;
        return ends;
    }
    if (ends.local.family == 0) {
        ends.local = asked_end(event);
    }
    ends.is_server = true;
    ends.client = ends.remote;
    ends.server = ends.local;
    return ends;
}

void print_socket(ScratchText& out, const Event& event) {
    if (is_unix(event)) {
        const std::string_view path = unix_path(event);
        if (path.empty() && event.member<"addr">()) {
            print_sockaddr(out, event.text<"addr">());
        } else {
            out.add(path);
        }
        return;
    }
    const SocketEnds ends = ends_of(event);
    if (address_of(ends.client)) {
        print_end(out, ends.client);
        out.add("->");
    }
    print_end(out, ends.server);
}

}  // namespace saker::lang
