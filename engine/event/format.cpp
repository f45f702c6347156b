#include "engine/event/format.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include <algorithm>

#include "engine/event/flag_names.h"

namespace saker {
namespace {

// Of a sockaddr_in6 the kernel wants no more: it once had no scope.
constexpr size_t kOldIn6 = 24;

// Results below zero and above minus this are errors.
constexpr int64_t kErrors = 4096;

constexpr std::string_view kCapabilities[] = {
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};

constexpr std::string_view kSignals[] = {
    "",          "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP", "SIGABRT", "SIGBUS",
    "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",  "SIGPIPE", "SIGALRM", "SIGTERM",
    "SIGSTKFLT", "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",
    "SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",  "SIGSYS",
};

struct Named {
    uint32_t number;
    std::string_view name;
};

#define NAME(constant)      \
    Named {                 \
        constant, #constant \
    }
constexpr Named kFamilies[] = {
    NAME(AF_UNSPEC), NAME(AF_UNIX),  NAME(AF_INET),  NAME(AF_AX25),    NAME(AF_IPX),
    NAME(AF_X25),    NAME(AF_INET6), NAME(AF_KEY),   NAME(AF_NETLINK), NAME(AF_PACKET),
    NAME(AF_RDS),    NAME(AF_PPPOX), NAME(AF_CAN),   NAME(AF_TIPC),    NAME(AF_BLUETOOTH),
    NAME(AF_ALG),    NAME(AF_NFC),   NAME(AF_VSOCK), NAME(AF_KCM),     NAME(AF_QIPCRTR),
    NAME(AF_SMC),    NAME(AF_XDP),
};
#undef NAME

constexpr Named kProtocols[] = {
    {IPPROTO_TCP, "tcp"},   {IPPROTO_UDP, "udp"},         {IPPROTO_ICMP, "icmp"},
    {IPPROTO_RAW, "raw"},   {IPPROTO_ICMPV6, "icmp"},     {IPPROTO_SCTP, "sctp"},
    {IPPROTO_DCCP, "dccp"}, {IPPROTO_UDPLITE, "udplite"},
};

struct NamedType {
    fd_type type;
    char character;
    std::string_view name;
};
constexpr NamedType kFdTypes[] = {
    {FD_TYPE_file, 'f', "file"},           {FD_TYPE_character, 'f', "file"},
    {FD_TYPE_directory, 'd', "directory"}, {FD_TYPE_ipv4, '4', "ipv4"},
    {FD_TYPE_ipv6, '6', "ipv6"},           {FD_TYPE_unix, 'u', "unix"},
    {FD_TYPE_netlink, 'n', "netlink"},     {FD_TYPE_pipe, 'p', "pipe"},
    {FD_TYPE_memfd, 'm', "memfd"},         {FD_TYPE_anonymous, 'e', "event"},
    {FD_TYPE_unknown, 'o', "other"},
};

template <class Rows>
std::string_view name_in(const Rows& rows, uint32_t number) {
    const auto found = std::ranges::find(rows, number, &Named::number);
    return found == std::end(rows) ? std::string_view() : found->name;
}

const NamedType* fd_type_row(uint32_t type) {
    const auto found = std::ranges::find(kFdTypes, type, &NamedType::type);
    return found == std::end(kFdTypes) ? nullptr : &*found;
}

void print_strings(ScratchText& out, std::string_view strings) {
    while (!strings.empty()) {
        const size_t end = std::min(strings.find('\0'), strings.size());
        out.add(strings.substr(0, end));
        strings.remove_prefix(std::min(end + 1, strings.size()));
        out.add(strings.empty() ? "" : " ");
    }
}

void print_octal(ScratchText& out, uint64_t mode) {
    out.add(mode != 0 ? "0" : "").add_number(mode, 8);
}

void print_named(ScratchText& out, std::string_view name, int64_t number) {
    name.empty() ? out.add_number(number) : out.add(name);
}

/// Only what the caller gave of the struct is looked at.
template <class Address>
bool take_sockaddr(std::string_view bytes, Address& into) {
    std::memset(&into, 0, sizeof into);
    bytes.copy(reinterpret_cast<char*>(&into), sizeof into);
    return bytes.size() >= sizeof into;
}

uint16_t family_of(std::string_view sockaddr) {
    uint16_t family = 0;
    return take_sockaddr(sockaddr, family) ? family : AF_UNSPEC;
}

void print_unix_address(ScratchText& out, std::string_view path) {
    if (path.empty()) {
        return;
    }
    if (path.front() == '\0') {
        out.add('@').add(path.substr(1));
    } else {
        out.add(path.substr(0, path.find('\0')));
    }
}

}  // namespace

std::string_view error_name(int64_t error) {
    if (error == 0 || error <= -kErrors || error >= kErrors) {
        return {};
    }
    const char* name = ::strerrorname_np(static_cast<int>(error < 0 ? -error : error));
    return name ? name : std::string_view();
}

std::string_view signal_name(int64_t signal) {
    return signal > 0 && signal < static_cast<int64_t>(std::size(kSignals)) ? kSignals[signal]
                                                                            : std::string_view();
}

std::string_view family_name(uint32_t family) {
    return name_in(kFamilies, family);
}

std::string_view protocol_name(uint32_t protocol) {
    return name_in(kProtocols, protocol);
}

std::string_view fd_type_name(uint32_t type) {
    const NamedType* row = fd_type_row(type);
    return row ? row->name : std::string_view();
}

char fd_type_character(uint32_t type) {
    const NamedType* row = fd_type_row(type);
    return row ? row->character : '\0';
}

void print_capabilities(ScratchText& out, uint64_t capabilities) {
    bool is_first = true;
    for (size_t bit = 0; bit < std::size(kCapabilities); ++bit) {
        if ((capabilities >> bit & 1) != 0) {
            out.add(is_first ? "" : " ").add(kCapabilities[bit]);
            is_first = false;
        }
    }
}

void print_address(ScratchText& out, const Address& address) {
    char text[INET6_ADDRSTRLEN];
    const int family = address.is_v6 ? AF_INET6 : AF_INET;
    out.add(::inet_ntop(family, address.bytes.data(), text, sizeof text));
}

void print_end(ScratchText& out, const endpoint& end) {
    if (const auto address = address_of(end)) {
        print_address(out, *address);
        out.add(':').add_number(end.port);
    }
}

endpoint endpoint_of(std::string_view sockaddr) {
    endpoint end{};
    sockaddr_in v4;
    sockaddr_in6 v6;
    const uint16_t family = family_of(sockaddr);
    if (family == AF_INET && take_sockaddr(sockaddr, v4)) {
        end.family = family;
        end.port = ntohs(v4.sin_port);
        std::memcpy(end.address, &v4.sin_addr, sizeof v4.sin_addr);
    } else if (family == AF_INET6 && (take_sockaddr(sockaddr, v6) || sockaddr.size() >= kOldIn6)) {
        end.family = family;
        end.port = ntohs(v6.sin6_port);
        std::memcpy(end.address, &v6.sin6_addr, sizeof v6.sin6_addr);
    }
    return end;
}

void print_sockaddr(ScratchText& out, std::string_view bytes) {
    if (const endpoint end = endpoint_of(bytes); end.family != 0) {
        print_end(out, end);
    } else if (const uint16_t family = family_of(bytes); family == AF_UNIX) {
        print_unix_address(out, bytes.substr(sizeof family));
    } else if (bytes.size() >= sizeof family) {
        print_named(out, family_name(family), family);
    }
}

void print_member(ScratchText& out, const Event& event, const Member& member) {
    if (is_variable(member.type)) {
        const std::string_view text = event.text(member);
        if (member.type == MemberType::strings) {
            return print_strings(out, text);
        }
        if (member.type == MemberType::sockaddr) {
            return print_sockaddr(out, text);
        }
        out.add(text);
        return;
    }
    if (member.type == MemberType::endpoint) {
        return print_end(out, event.end(member));
    }
    const int64_t number = event.number(member);
    switch (member.type) {
        case MemberType::result:
        case MemberType::fd:
        case MemberType::pid:
            print_named(out, number < 0 ? error_name(number) : std::string_view(), number);
            break;
        case MemberType::signal:
            print_named(out, signal_name(number), number);
            break;
        case MemberType::family:
            print_named(out, family_name(static_cast<uint32_t>(number)), number);
            break;
        case MemberType::file_mode:
        case MemberType::octal:
            print_octal(out, static_cast<uint64_t>(number));
            break;
        case MemberType::device:
            out.add_number(static_cast<uint64_t>(number), 16);
            break;
        case MemberType::capabilities:
            print_capabilities(out, static_cast<uint64_t>(number));
            break;
        case MemberType::fd_type:
            out.add(fd_type_name(static_cast<uint32_t>(number)));
            break;
        default:
            if (const auto names = flag_names(member.type); !names.empty()) {
                print_flags(out, static_cast<uint64_t>(number), names);
            } else {
                out.add_number(number);
            }
    }
}

bool has_names(MemberType type) {
    return !flag_names(type).empty() || type == MemberType::signal || type == MemberType::family ||
           type == MemberType::capabilities || type == MemberType::fd_type;
}

}  // namespace saker
