// What rules see of live events, beside what the process that acted knows of itself.
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <iterator>

#include "engine/context_reader.h"
#include "engine/event/format.h"
#include "engine/lang/ast.h"
#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/network.h"
#include "tests/kernel/support/program.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"
#include "tests/support/oracle.h"
#include "tests/unit/fields/ask.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// A field, and what it must say.
struct Case {
    std::string field;
    std::string says;
};

/// The story up to a record, told to a state; what fields and conditions say of that record.
class Heard {
  public:
    Heard(const Story& story, const Record& about) : world_(this_host()), event_(about.event()) {
        for (const Record& record : story.records()) {
            process_ = &world_.state.observe(record.event());
            if (&record == &about) {
                return;
            }
        }
        FAIL("the record is not of this story");
    }

    void check(const std::vector<Case>& cases) {
        for (const Case& row : cases) {
            INFO(row.field);
            CHECK(world_.ask({event_, *process_, world_.state}, row.field) == row.says);
        }
    }

    /// Whether a condition holds.
    bool holds(const std::string& condition) {
        const auto expr = lang::parse_condition(condition);
        REQUIRE(expr);
        const lang::Checked checked = lang::check(*expr);
        INFO(condition);
        REQUIRE(checked.condition);
        const Context context{event_, *process_, world_.state};
        ContextReader reader(context);
        return testing::is_true(*checked.condition, reader);
    }

  private:
    test::World world_;
    Event event_;
    const Process* process_ = nullptr;
};

constexpr uint16_t kPort = 7777;

/// What a socket's owner knows of it: its number, and both names as getsockname and getpeername
/// tell them.
struct SocketKnown {
    int fd = -1;
    uint64_t inode = 0;
    char local[64] = "";
    char remote[64] = "";
    uint16_t local_port = 0;
    uint16_t remote_port = 0;
};

void tell_end(const sockaddr_storage& address, char (&text)[64], uint16_t& port) {
    if (address.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(address);
        ::inet_ntop(AF_INET, &four.sin_addr, text, sizeof text);
        port = ntohs(four.sin_port);
    } else if (address.ss_family == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
        const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&six.sin6_addr) != 0;
        ::inet_ntop(is_mapped ? AF_INET : AF_INET6, six.sin6_addr.s6_addr + (is_mapped ? 12 : 0),
                    text, sizeof text);
        port = ntohs(six.sin6_port);
    }
}

void ask_socket(int fd, SocketKnown& known) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    known.fd = fd;
    struct stat status {};
    ::fstat(fd, &status);
    known.inode = status.st_ino;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
        tell_end(address, known.local, known.local_port);
    }
    address = {};
    size = sizeof address;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
        tell_end(address, known.remote, known.remote_port);
    }
}

std::string with_port(const std::string& address, uint16_t port) {
    return address + ":" + std::to_string(port);
}

/// The fields of a connection by what its owner knows; `local_is_server` at the accepting end.
std::vector<Case> connection(const SocketKnown& known, bool local_is_server,
                             const std::string& protocol) {
    const std::string local = with_port(known.local, known.local_port);
    const std::string remote = with_port(known.remote, known.remote_port);
    const std::string client = local_is_server ? remote : local;
    const std::string server = local_is_server ? local : remote;
    const bool is_six = std::string(known.remote).find(':') != std::string::npos;
    const std::string lport = std::to_string(known.local_port);
    const std::string rport = std::to_string(known.remote_port);
    return {
        {"fd.num", std::to_string(known.fd)},
        {"fd.ino", std::to_string(known.inode)},
        {"fd.type", is_six ? "ipv6" : "ipv4"},
        {"fd.typechar", is_six ? "6" : "4"},
        {"fd.sockfamily", "ip"},
        {"fd.l4proto", protocol},
        {"fd.name", client + "->" + server},
        {"fd.lip", known.local},
        {"fd.rip", known.remote},
        {"fd.lport", lport},
        {"fd.rport", rport},
        {"fd.cip", local_is_server ? known.remote : known.local},
        {"fd.sip", local_is_server ? known.local : known.remote},
        {"fd.cport", local_is_server ? rport : lport},
        {"fd.sport", local_is_server ? lport : rport},
        {"fd.is_server", local_is_server ? "true" : "false"},
        {"fd.connected", "true"},
    };
}

struct Conversation {
    SocketKnown connected;
    SocketKnown accepted;
    SocketKnown listening;
};

template <class Address>
void converse(const Address& address, Conversation& known, int family) {
    enter_own_network();
    const int listening = listener(address);
    ask_socket(listening, known.listening);
    const int connecting = new_socket(family);
    must(raw(SYS_connect, connecting, &address, sizeof address) == 0, "a connection");
    ask_socket(connecting, known.connected);
    const long accepted = raw(SYS_accept4, listening, nullptr, nullptr, 0);
    ask_socket(static_cast<int>(accepted), known.accepted);
}

void check_conversation(const Story& story, const Conversation& known) {
    REQUIRE(story.exit_code() == 0);
    const Record& connect = story.first("connect", counts("fd", known.connected.fd));
    Heard(story, connect).check(connection(known.connected, false, "tcp"));
    const Record& accept = story.first("accept4", counts("fd", known.accepted.fd));
    Heard(story, accept).check(connection(known.accepted, true, "tcp"));
    const std::string port = std::to_string(known.listening.local_port);
    for (const char* name : {"bind", "listen"}) {
        INFO(name);
        const Record& record = story.first(name, counts("fd", known.listening.fd));
        Heard(story, record)
            .check({{"fd.sip", known.listening.local},
                    {"fd.sport", port},
                    {"fd.lport", port},
                    {"fd.cip", "(missing)"},
                    {"fd.rip", "(missing)"},
                    {"fd.rport", "(missing)"},
                    {"fd.is_server", "true"},
                    {"fd.connected", "false"}});
    }
}

/// What a process knows of itself before it runs another program.
struct ProcessKnown {
    pid_t pid;
    pid_t parent;
    pid_t session;
    pid_t group;
    uint32_t login_user;
    char capabilities[3][17];
};

void ask_self(ProcessKnown& known) {
    known.pid = ::getpid();
    known.parent = ::getppid();
    known.session = ::getsid(0);
    known.group = ::getpgid(0);
    std::ifstream("/proc/self/loginuid") >> known.login_user;
    std::ifstream status("/proc/self/status");
    std::string line;
    const char* names[] = {"CapInh:\t", "CapPrm:\t", "CapEff:\t"};
    while (std::getline(status, line)) {
        for (size_t i = 0; i < std::size(names); ++i) {
            if (line.starts_with(names[i])) {
                line.substr(::strlen(names[i])).copy(known.capabilities[i], 16);
            }
        }
    }
}

/// The names of a set of capabilities, as /proc writes it.
std::string capability_names(const char* hexadecimal) {
    Scratch scratch;
    ScratchText text(scratch);
    print_capabilities(text, std::stoull(hexadecimal, nullptr, 16));
    return std::string(text.view());
}

std::string nanoseconds(const timespec& time) {
    return std::to_string(static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 +
                          static_cast<uint64_t>(time.tv_nsec));
}

}  // namespace

TEST_CASE("fields of a connection are what its ends know", "[fields]") {
    const Shared<Conversation> known;
    const auto story = capture([&] { converse(ipv4(kPort), *known, AF_INET); });
    check_conversation(story, *known);
    Heard heard(story, story.first("connect", counts("fd", known->connected.fd)));
    CHECK(heard.holds("fd.net in (10.0.0.0/8, 127.0.0.0/8)"));
    CHECK(heard.holds("fd.snet = 127.0.0.1/32 and fd.cnet = 127.0.0.0/8 and fd.rnet exists"));
    CHECK(heard.holds("fd.ip = 127.0.0.1 and not fd.ip != 127.0.0.1 and fd.port = 7777"));
    CHECK_FALSE(heard.holds("fd.net in (10.0.0.0/8, 192.168.0.0/16)"));
    CHECK_FALSE(heard.holds("fd.net = 127.0.0.2/32"));
}

TEST_CASE("fields of an IPv6 connection", "[fields]") {
    if (!has_ipv6()) {
        WARN("this kernel has no IPv6: not tested");
        return;
    }
    const Shared<Conversation> known;
    const auto story = capture([&] { converse(ipv6(kPort), *known, AF_INET6); });
    check_conversation(story, *known);
    Heard heard(story, story.first("connect", counts("fd", known->connected.fd)));
    CHECK(heard.holds("fd.net = ::1/128 and fd.sip = ::1 and fd.typechar = 6"));
    CHECK_FALSE(heard.holds("fd.net = 127.0.0.0/8"));
}

TEST_CASE("an IPv4 address in an IPv6 socket is an IPv4 address", "[fields]") {
    if (!has_ipv6()) {
        WARN("this kernel has no IPv6: not tested");
        return;
    }
    const Shared<Conversation> known;
    const auto story =
        capture([&] { converse(ipv6(kPort, "::ffff:127.0.0.1"), *known, AF_INET6); });
    check_conversation(story, *known);
    Heard heard(story, story.first("connect", counts("fd", known->connected.fd)));
    CHECK(heard.holds("fd.net = 127.0.0.0/8 and fd.sip = 127.0.0.1 and fd.typechar = 4"));
    CHECK(heard.holds("fd.sip = ::ffff:127.0.0.1"));
}

TEST_CASE("a datagram socket that is connected has a peer", "[fields]") {
    const Shared<SocketKnown> known;
    const auto story = capture([&] {
        enter_own_network();
        const int fd = new_socket(AF_INET, SOCK_DGRAM);
        const auto to = ipv4(53, 0x7f000035);
        must(raw(SYS_connect, fd, &to, sizeof to) == 0, "a connection");
        ask_socket(fd, *known);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& connect = story.first("connect", counts("fd", known->fd));
    Heard heard(story, connect);
    heard.check(connection(*known, false, "udp"));
    heard.check({{"fd.sproto", "domain"}, {"fd.sip", "127.0.0.53"}, {"fd.name_changed", "true"}});
}

TEST_CASE("datagrams between sockets that are not connected have both ends", "[fields]") {
    struct Ends {
        int sender, receiver;
        uint16_t port;
    };
    const bool is_mapped = GENERATE(false, true);
    if (is_mapped && !has_ipv6()) {
        WARN("this kernel has no IPv6: not tested");
        return;
    }
    INFO("an IPv4 address in an IPv6 socket: " << is_mapped);
    const Shared<Ends> ends;
    const auto story = capture([&] {
        enter_own_network();
        const auto here = ipv4(53, 0x7f000035);
        const auto mapped = ipv6(53, "::ffff:127.0.0.53");
        ends->receiver = new_socket(AF_INET, SOCK_DGRAM);
        bind_to(ends->receiver, as_sockaddr(here), sizeof here);
        ends->sender = new_socket(is_mapped ? AF_INET6 : AF_INET, SOCK_DGRAM);
        must((is_mapped ? raw(SYS_sendto, ends->sender, "hello", 5L, 0, &mapped, sizeof mapped)
                        : raw(SYS_sendto, ends->sender, "hello", 5L, 0, &here, sizeof here)) == 5,
             "a datagram");
        char room[16];
        sockaddr_in from{};
        socklen_t size = sizeof from;
        must(raw(SYS_recvfrom, ends->receiver, room, sizeof room, 0, &from, &size) == 5,
             "the datagram");
        ends->port = ntohs(from.sin_port);
    });
    REQUIRE(story.exit_code() == 0);
    const std::string port = std::to_string(ends->port);
    Heard sent(story, story.first("sendto", counts("fd", ends->sender)));
    sent.check({{"fd.sip", "127.0.0.53"},
                {"fd.sport", "53"},
                {"fd.cport", port},
                {"fd.lport", port},
                {"fd.rip", "127.0.0.53"},
                {"fd.rport", "53"},
                {"fd.l4proto", "udp"},
                {"fd.type", "ipv4"},
                {"fd.sproto", "domain"},
                {"fd.is_server", "false"}});
    CHECK(sent.holds("fd.net in (127.0.0.53/32, 10.0.0.0/8)"));
    CHECK_FALSE(sent.holds("fd.snet in (10.0.0.0/8)"));
    Heard got(story, story.first("recvfrom", counts("fd", ends->receiver)));
    got.check({{"fd.name", "127.0.0.1:" + port + "->127.0.0.53:53"},
               {"fd.cip", "127.0.0.1"},
               {"fd.cport", port},
               {"fd.sip", "127.0.0.53"},
               {"fd.sport", "53"},
               {"fd.lip", "127.0.0.53"},
               {"fd.rip", "127.0.0.1"},
               {"fd.is_server", "true"}});
}

TEST_CASE("a refused connection has the peer that was asked for", "[fields]") {
    const auto story = capture([] {
        enter_own_network();
        const int fd = new_socket(AF_INET);
        const auto to = ipv4(9);
        must(raw(SYS_connect, fd, &to, sizeof to) < 0, "a refusal");
    });
    Heard(story, story.first("connect"))
        .check({{"fd.sip", "127.0.0.1"},
                {"fd.sport", "9"},
                {"fd.rip", "127.0.0.1"},
                {"fd.connected", "false"},
                {"fd.name_changed", "false"},
                {"evt.res", "ECONNREFUSED"},
                {"evt.failed", "true"},
                {"evt.count.error.net", "1"}});
}

TEST_CASE("fields of a program that starts are what it knew before", "[fields]") {
    const Folder folder;
    const std::string program = folder.path() + "/program";
    install(exiting_program(), program);
    folder.link("innocent", "program");
    struct stat status {};
    REQUIRE(::stat(program.c_str(), &status) == 0);
    const Shared<ProcessKnown> known;
    const auto story = capture([&] {
        must(::setsid() == ::getpid() && ::chdir(folder.path().c_str()) == 0, "a place");
        ask_self(*known);
        const char* argv[] = {"forged", "one", "two three", nullptr};
        const char* envp[] = {"COLOUR=blue", "EMPTY=", nullptr};
        ::execve("./innocent", const_cast<char**>(argv), const_cast<char**>(envp));
    });
    REQUIRE(story.exit_code() == kProgramExit);
    Heard(story, story.first("execve", by(story.actor())))
        .check({
            {"proc.name", "innocent"},
            {"proc.exe", "forged"},
            {"proc.exepath", program + "|" + folder.path() + "/innocent"},
            {"proc.args", "one two three"},
            {"proc.args[1]", "two three"},
            {"proc.cmdline", "innocent one two three"},
            {"proc.cmdnargs", "2"},
            {"proc.cmdlenargs", "12"},
            {"proc.cwd", folder.path() + "/"},
            {"proc.pid", std::to_string(known->pid)},
            {"proc.ppid", std::to_string(known->parent)},
            {"proc.sid", std::to_string(known->session)},
            {"proc.vpgid", std::to_string(known->group)},
            {"proc.pgid", std::to_string(known->group)},
            {"proc.is_sid_leader", "true"},
            {"proc.is_vpgid_leader", "true"},
            {"proc.tty", "0"},
            {"user.loginuid",
             std::to_string(static_cast<int64_t>(static_cast<int32_t>(known->login_user)))},
            {"user.uid", std::to_string(::geteuid())},
            {"group.gid", std::to_string(::getegid())},
            {"proc.exe_ino", std::to_string(status.st_ino)},
            {"proc.exe_ino.ctime", nanoseconds(status.st_ctim)},
            {"proc.exe_ino.mtime", nanoseconds(status.st_mtim)},
            {"proc.is_exe_from_memfd", "false"},
            {"proc.is_exe_upper_layer", "false"},
            {"thread.cap_inheritable", capability_names(known->capabilities[0])},
            {"thread.cap_permitted", capability_names(known->capabilities[1])},
            {"thread.cap_effective", capability_names(known->capabilities[2])},
            {"thread.ismain", "true"},
            {"evt.res", "SUCCESS"},
            {"evt.category", "process"},
        });
}

TEST_CASE("fields of a file are what stat says of it", "[fields]") {
    const Folder folder;
    const std::string file = folder.file("file");
    folder.link("link", "file");
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    const Shared<int> fd;
    const auto story = capture([&] {
        must(::chdir(folder.path().c_str()) == 0, "the folder");
        *fd = static_cast<int>(raw(SYS_openat, AT_FDCWD, "./link", O_RDWR | O_TRUNC, 0));
    });
    Heard(story, story.first("openat", says("name", "./link")))
        .check({
            {"fd.num", std::to_string(*fd)},
            {"fd.type", "file"},
            {"fd.typechar", "f"},
            {"fd.name", file + "|" + folder.path() + "/link"},
            {"fd.nameraw", "./link"},
            {"fd.directory", folder.path()},
            {"fd.filename", "file|link"},
            {"fd.ino", std::to_string(status.st_ino)},
            {"fd.dev.major", std::to_string(major(status.st_dev))},
            {"fd.dev.minor", std::to_string(minor(status.st_dev))},
            {"fs.path.name", file + "|" + folder.path() + "/link"},
            {"fs.path.nameraw", "./link"},
            {"evt.is_open_read", "true"},
            {"evt.is_open_write", "true"},
            {"evt.arg.flags", "O_RDWR|O_TRUNC"},
            {"evt.abspath", folder.path() + "/link"},
            {"evt.rawres", std::to_string(*fd)},
        });
}
