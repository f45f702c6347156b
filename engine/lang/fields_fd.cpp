// The fd rows of the field catalogue: the file or socket an event is about.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "engine/event/format.h"
#include "engine/lang/field.h"
#include "engine/lang/services.h"
#include "engine/lang/subject.h"

namespace saker::lang {
namespace {

constexpr std::string_view kUnknown = "<NA>";

bool has_subject(const Context& context) {
    return type_of_subject(context.event) != FD_TYPE_none;
}

std::optional<Address> address_at(const Context& context, endpoint SocketEnds::*end) {
    return address_of(ends_of(context.event).*end);
}

std::optional<uint64_t> port_at(const Context& context, endpoint SocketEnds::*end) {
    const endpoint found = ends_of(context.event).*end;
    return address_of(found) ? std::optional<uint64_t>(found.port) : std::nullopt;
}

template <endpoint SocketEnds::*end>
void add_domain_names(const Context& context, const FieldArgument&, Values& out) {
    if (const auto address = address_at(context, end)) {
        for (const std::string& name : context.state.domain_names(*address)) {
            out.add(std::string_view(name));
        }
    }
}

void add_addresses(const Context& context, Values& out) {
    const SocketEnds ends = ends_of(context.event);
    put_value(out, address_of(ends.client));
    put_value(out, address_of(ends.server));
}

void add_ports(const Context& context, Values& out) {
    const SocketEnds ends = ends_of(context.event);
    for (const endpoint& end : {ends.client, ends.server}) {
        if (address_of(end)) {
            out.add(static_cast<uint64_t>(end.port));
        }
    }
}

uint32_t protocol_of(const Event& event) {
    const auto protocol = static_cast<uint32_t>(event.number<"proto">().value_or(0));
    const int64_t type = event.number<"type">().value_or(0);
    if (protocol != 0) {
        return protocol;
    }
    return type == SOCK_STREAM ? IPPROTO_TCP : type == SOCK_DGRAM ? IPPROTO_UDP : 0;
}

bool is_internet(const Context& context) {
    const fd_type type = type_of_subject(context.event);
    return type == FD_TYPE_ipv4 || type == FD_TYPE_ipv6;
}

void add_service(const Context& context, endpoint SocketEnds::*end, Values& out) {
    const auto port = port_at(context, end);
    if (!port) {
        return;
    }
    if (const auto name = service_name(*port, protocol_of(context.event) == IPPROTO_UDP)) {
        out.add(*name);
        return;
    }
    ScratchText text(out.scratch());
    out.add(text.add_number(*port).view());
}

std::optional<bool> flag_of_file(const Context& context, file_flag flag) {
    const auto flags = context.event.number<"file_flags">();
    return flags && has_file(context.event) ? std::optional((*flags & flag) != 0) : std::nullopt;
}

std::optional<int64_t> device(const Context& context) {
    return has_file(context.event) && has_subject(context) ? context.event.number<"dev">()
                                                           : std::nullopt;
}

bool is_connected(const Event& event) {
    const bool connects = event.kind() == event_kind("connect");
    const bool accepts = event.member<"listen_fd">() != nullptr;
    return (connects || accepts) && result_of(event).value_or(-1) >= 0;
}

/// In order of the descriptors that have them.
void add_types(const Context& context, const FieldArgument& argument, Values& out) {
    const auto* open = context.state.live_process().descriptors(context.event);
    if (!open) {
        return;
    }
    const size_t begin = out.size();
    for (const OpenDescriptor& descriptor : *open) {
        const Value type{descriptor.type};
        const auto known = out.since(begin);
        const bool is_asked = !argument.index || *argument.index == descriptor.number;
        if (is_asked && std::ranges::find(known, type) == known.end()) {
            out.add(type);
        }
    }
}

/// The container's id, a colon, and the name to show.
void add_with_container(const Context& context, const Names& names, Values& out) {
    if (!names.empty()) {
        ScratchText text(out.scratch());
        text.add(context.state.container(context.event).id).add(':').add(*names.begin());
        out.add(text.view());
    }
}

}  // namespace

std::span<const Field> fd_fields() {
    using Argument = FieldArgument;
    static const FieldFlags kNames{.several = Several::names};
    static const FieldFlags kEnds{
        .several = Several::ends, .no_rhs = true, .no_transform = true, .filter_only = true};
    static const FieldFlags kNetwork{.no_rhs = true, .no_transform = true, .filter_only = true};
    // An address may have several of the names; it has one that is asked for, or it has not.
    static const FieldFlags kResolved{
        .several = Several::ancestors, .no_rhs = true, .no_transform = true};
    static const Field rows[] = {
        {"fd.num",
         FieldType::signed_number,
         {},
         "The descriptor the event is about; -1 when the call was to make one and failed.",
         [](const Context& context) { return descriptor_of(context.event); }},
        {"fd.type",
         FieldType::text,
         {},
         "What the descriptor stands for: file, directory, ipv4, ipv6, unix, netlink, other.",
         [](const Context& context) -> std::optional<std::string_view> {
             if (!has_subject(context)) {
                 return std::nullopt;
             }
             return fd_type_name(type_of_subject(context.event));
         }},
        {"fd.typechar",
         FieldType::text,
         {},
         "The same as one character: f file, d directory, 4 ipv4, 6 ipv6, u unix, n netlink, o "
         "other.",
         [](const Context& context, const Argument&, Values& out) {
             if (const char type = fd_type_character(type_of_subject(context.event))) {
                 out.add(out.scratch().keep({&type, 1}));
             }
         }},
        {"fd.name", FieldType::text, kNames,
         "The file's path as the kernel has it, and as it was asked for made absolute: a test "
         "holds if "
         "it holds for either, and the kernel's is shown. Of a socket `client:port->server:port`, "
         "the "
         "bound address, or the unix path.",
         [](const Context& context, const Argument&, Values& out) {
             add_all(fd_names(context, out.scratch()), out);
         }},
        {"fd.directory", FieldType::text, kNames, "The directory part of the file's paths.",
         [](const Context& context, const Argument&, Values& out) {
             add_all(parts(context, out.scratch(), directory_part), out);
         }},
        {"fd.filename", FieldType::text, kNames, "The last element of the file's paths.",
         [](const Context& context, const Argument&, Values& out) {
             add_all(parts(context, out.scratch(), filename_part), out);
         }},
        {"fd.ip", FieldType::address, kEnds, "The address of either end: client or server.",
         [](const Context& context, const Argument&, Values& out) { add_addresses(context, out); }},
        {"fd.cip",
         FieldType::address,
         {},
         "The client's address.",
         [](const Context& context) { return address_at(context, &SocketEnds::client); }},
        {"fd.sip",
         FieldType::address,
         {},
         "The server's address.",
         [](const Context& context) { return address_at(context, &SocketEnds::server); }},
        {"fd.lip",
         FieldType::address,
         {},
         "The address at this end.",
         [](const Context& context) { return address_at(context, &SocketEnds::local); }},
        {"fd.rip",
         FieldType::address,
         {},
         "The address at the other end.",
         [](const Context& context) { return address_at(context, &SocketEnds::remote); }},
        {"fd.port", FieldType::port, kEnds, "The port of either end: client or server.",
         [](const Context& context, const Argument&, Values& out) { add_ports(context, out); }},
        {"fd.cport",
         FieldType::port,
         {},
         "The client's port.",
         [](const Context& context) { return port_at(context, &SocketEnds::client); }},
        {"fd.sport",
         FieldType::port,
         {},
         "The server's port.",
         [](const Context& context) { return port_at(context, &SocketEnds::server); }},
        {"fd.lport",
         FieldType::port,
         {},
         "The port at this end.",
         [](const Context& context) { return port_at(context, &SocketEnds::local); }},
        {"fd.rport",
         FieldType::port,
         {},
         "The port at the other end.",
         [](const Context& context) { return port_at(context, &SocketEnds::remote); }},
        {"fd.l4proto",
         FieldType::text,
         {},
         "The socket's transport: tcp, udp, icmp, raw …; <NA> when it has none.",
         [](const Context& context) -> std::optional<std::string_view> {
             if (!has_subject(context)) {
                 return std::nullopt;
             }
             const std::string_view name =
                 is_internet(context) ? protocol_name(protocol_of(context.event)) : kUnknown;
             return name.empty() ? kUnknown : name;
         }},
        {"fd.sockfamily",
         FieldType::text,
         {},
         "The socket's family: `ip` for IPv4 and IPv6, or `unix`.",
         [](const Context& context) -> std::optional<std::string_view> {
             if (is_internet(context)) {
                 return "ip";
             }
             return type_of_subject(context.event) == FD_TYPE_unix
                        ? std::optional<std::string_view>("unix")
                        : std::nullopt;
         }},
        {"fd.is_server",
         FieldType::boolean,
         {},
         "Whether this process is the server of the connection.",
         [](const Context& context) -> std::optional<bool> {
             return is_internet(context) ? std::optional(ends_of(context.event).is_server)
                                         : std::nullopt;
         }},
        {"fd.uid",
         FieldType::text,
         {},
         "A name for the descriptor that no other has: the thread's id followed by its number.",
         [](const Context& context, const Argument&, Values& out) {
             if (const auto number = descriptor_of(context.event)) {
                 ScratchText text(out.scratch());
                 text.add_number(context.event.header().tid).add_number(*number);
                 out.add(text.view());
             }
         }},
        {"fd.containername",
         FieldType::text,
         {},
         "The container's id, a colon, and fd.name.",
         [](const Context& context, const Argument&, Values& out) {
             add_with_container(context, fd_names(context, out.scratch()), out);
         }},
        {"fd.containerdirectory",
         FieldType::text,
         {},
         "The container's id, a colon, and fd.directory.",
         [](const Context& context, const Argument&, Values& out) {
             add_with_container(context, parts(context, out.scratch(), directory_part), out);
         }},
        {"fd.proto", FieldType::port, kEnds, "The service of either end, by its port.",
         [](const Context& context, const Argument&, Values& out) { add_ports(context, out); }},
        {"fd.cproto",
         FieldType::text,
         {},
         "The service the client's port is known for, else the port.",
         [](const Context& context, const Argument&, Values& out) {
             add_service(context, &SocketEnds::client, out);
         }},
        {"fd.sproto",
         FieldType::text,
         {},
         "The service the server's port is known for, else the port.",
         [](const Context& context, const Argument&, Values& out) {
             add_service(context, &SocketEnds::server, out);
         }},
        {"fd.lproto",
         FieldType::text,
         {},
         "The service the port at this end is known for, else the port.",
         [](const Context& context, const Argument&, Values& out) {
             add_service(context, &SocketEnds::local, out);
         }},
        {"fd.rproto",
         FieldType::text,
         {},
         "The service the port at the other end is known for, else the port.",
         [](const Context& context, const Argument&, Values& out) {
             add_service(context, &SocketEnds::remote, out);
         }},
        {"fd.net", FieldType::network, kEnds, "Tests whether either end lies in a network.",
         [](const Context& context, const Argument&, Values& out) { add_addresses(context, out); }},
        {"fd.cnet", FieldType::network, kNetwork, "Tests whether the client lies in a network.",
         [](const Context& context) { return address_at(context, &SocketEnds::client); }},
        {"fd.snet", FieldType::network, kNetwork, "Tests whether the server lies in a network.",
         [](const Context& context) { return address_at(context, &SocketEnds::server); }},
        {"fd.lnet", FieldType::network, kNetwork, "Tests whether this end lies in a network.",
         [](const Context& context) { return address_at(context, &SocketEnds::local); }},
        {"fd.rnet", FieldType::network, kNetwork, "Tests whether the other end lies in a network.",
         [](const Context& context) { return address_at(context, &SocketEnds::remote); }},
        {"fd.connected",
         FieldType::boolean,
         {},
         "Whether the socket has a peer after the event.",
         [](const Context& context) -> std::optional<bool> {
             return is_internet(context) ? std::optional(is_connected(context.event))
                                         : std::nullopt;
         }},
        {"fd.name_changed",
         FieldType::boolean,
         {},
         "Whether the event gave the descriptor another name, as connecting does.",
         [](const Context& context) -> std::optional<bool> {
             if (!has_subject(context)) {
                 return std::nullopt;
             }
             const EventKind kind = context.event.kind();
             return (kind == event_kind("connect") || kind == event_kind("bind")) &&
                    result_of(context.event).value_or(-1) >= 0;
         }},
        {"fd.cip.name", FieldType::text, kResolved,
         "A domain name of the client's address: one of those rules compare with, as they were "
         "resolved.",
         add_domain_names<&SocketEnds::client>},
        {"fd.sip.name", FieldType::text, kResolved,
         "A domain name of the server's address, one that rules compare with.",
         add_domain_names<&SocketEnds::server>},
        {"fd.lip.name", FieldType::text, kResolved,
         "A domain name of the address at this end, one that rules compare with.",
         add_domain_names<&SocketEnds::local>},
        {"fd.rip.name", FieldType::text, kResolved,
         "A domain name of the address at the other end, one that rules compare with.",
         add_domain_names<&SocketEnds::remote>},
        {"fd.dev",
         FieldType::signed_number,
         {},
         "The device the file lies on, major number in the bits above the twentieth.",
         [](const Context& context) { return device(context); }},
        {"fd.dev.major",
         FieldType::signed_number,
         {},
         "The major number of the device the file lies on.",
         [](const Context& context) -> std::optional<int64_t> {
             const auto number = device(context);
             return number ? std::optional(*number >> 20) : std::nullopt;
         }},
        {"fd.dev.minor",
         FieldType::signed_number,
         {},
         "The minor number of the device the file lies on.",
         [](const Context& context) -> std::optional<int64_t> {
             const auto number = device(context);
             return number ? std::optional(*number & 0xfffff) : std::nullopt;
         }},
        {"fd.ino",
         FieldType::signed_number,
         {},
         "The file's, or the socket's, inode number.",
         [](const Context& context) {
             return has_socket(context.event) ? context.event.number<"socket_ino">()
                    : has_subject(context)    ? context.event.number<"ino">()
                                              : std::nullopt;
         }},
        {"fd.nameraw",
         FieldType::text,
         {},
         "The file's path exactly as the caller passed it.",
         [](const Context& context) -> std::optional<std::string_view> {
             return has_file(context.event) ? asked_path(context.event) : std::nullopt;
         }},
        {"fd.types",
         FieldType::text,
         {.bracket = Bracket::optional, .several = Several::list, .no_rhs = true},
         "The types of all descriptors in use, each once, or of one: fd.types[0]; read from /proc "
         "when asked.",
         add_types},
        {"fd.is_upper_layer",
         FieldType::boolean,
         {},
         "Whether the file lies in the upper layer of an overlay: written since the image was "
         "made.",
         [](const Context& context) { return flag_of_file(context, FILE_UPPER_LAYER); }},
        {"fd.is_lower_layer",
         FieldType::boolean,
         {},
         "Whether the file lies in a lower layer of an overlay: part of the image.",
         [](const Context& context) { return flag_of_file(context, FILE_LOWER_LAYER); }},
    };
    return rows;
}

}  // namespace saker::lang
