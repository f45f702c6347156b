// Fields of events about sockets.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>

#include "tests/unit/fields/ask.h"

namespace saker {
namespace {

using test::Record;
using test::World;

struct Case {
    std::string_view field;
    std::string_view says;
};

void check(Record& record, std::initializer_list<Case> cases) {
    World world;
    const Event event = record.event();
    const Process& process = world.state.observe(event);
    for (const Case& expected : cases) {
        INFO(expected.field);
        CHECK(world.ask({event, process, world.state}, expected.field) == expected.says);
    }
}

Record socket_event(std::string_view name, int domain, int type) {
    Record record(name);
    record.by(100, 1000, 1, "nc").set("fd", 5).set("domain", domain).set("type", type);
    return record;
}

TEST_CASE("a connection made") {
    Record record = socket_event("connect", AF_INET, SOCK_STREAM);
    record.set("proto", IPPROTO_TCP).end("local", "10.0.0.1", 40000).end("remote", "1.2.3.4", 443);
    record.set("socket_ino", 999);
    check(record, {{"fd.name", "10.0.0.1:40000->1.2.3.4:443"},
                   {"fd.num", "5"},
                   {"fd.type", "ipv4"},
                   {"fd.typechar", "4"},
                   {"fd.sockfamily", "ip"},
                   {"fd.l4proto", "tcp"},
                   {"fd.cip", "10.0.0.1"},
                   {"fd.sip", "1.2.3.4"},
                   {"fd.lip", "10.0.0.1"},
                   {"fd.rip", "1.2.3.4"},
                   {"fd.ip", "10.0.0.1|1.2.3.4"},
                   {"fd.net", "10.0.0.1|1.2.3.4"},
                   {"fd.snet", "1.2.3.4"},
                   {"fd.port", "40000|443"},
                   {"fd.cport", "40000"},
                   {"fd.sport", "443"},
                   {"fd.lport", "40000"},
                   {"fd.rport", "443"},
                   {"fd.sproto", "https"},
                   {"fd.cproto", "40000"},
                   {"fd.is_server", "false"},
                   {"fd.connected", "true"},
                   {"fd.name_changed", "true"},
                   {"fd.ino", "999"},
                   {"fd.directory", "(missing)"},
                   {"fd.filename", "(missing)"},
                   {"fd.nameraw", "(missing)"},
                   {"fs.path.name", "(missing)"},
                   {"evt.arg.fd", "<4>10.0.0.1:40000->1.2.3.4:443"},
                   {"evt.arg.tuple", "10.0.0.1:40000->1.2.3.4:443"},
                   {"evt.arg.domain", "AF_INET"},
                   {"evt.category", "net"}});
}

TEST_CASE("a connection refused shows whom it was for") {
    Record record = socket_event("connect", AF_INET6, SOCK_STREAM);
    record.set("res", -ECONNREFUSED);
    sockaddr_in6 asked{};
    asked.sin6_family = AF_INET6;
    asked.sin6_port = htons(80);
    asked.sin6_addr = in6addr_loopback;
    record.text("addr", {reinterpret_cast<const char*>(&asked), sizeof asked});
    check(record, {{"fd.name", "::1:80"},
                   {"fd.sip", "::1"},
                   {"fd.sport", "80"},
                   {"fd.cip", "(missing)"},
                   {"fd.ip", "::1"},
                   {"fd.typechar", "6"},
                   {"fd.connected", "false"},
                   {"fd.name_changed", "false"},
                   {"fd.l4proto", "tcp"},
                   {"evt.arg.addr", "::1:80"},
                   {"evt.res", "ECONNREFUSED"},
                   {"evt.count.error.net", "1"}});
}

TEST_CASE("IPv4 through an IPv6 socket is IPv4") {
    Record record = socket_event("connect", AF_INET6, SOCK_DGRAM);
    record.end("local", "::ffff:10.0.0.1", 1).end("remote", "::ffff:8.8.8.8", 53);
    check(record, {{"fd.typechar", "4"},
                   {"fd.sip", "8.8.8.8"},
                   {"fd.l4proto", "udp"},
                   {"fd.name", "10.0.0.1:1->8.8.8.8:53"}});
}

TEST_CASE("a connection accepted has its peer for client") {
    Record record = socket_event("accept4", AF_INET, SOCK_STREAM);
    record.set("listen_fd", 3).end("local", "10.0.0.1", 22).end("remote", "10.9.9.9", 5555);
    check(record, {{"fd.name", "10.9.9.9:5555->10.0.0.1:22"},
                   {"fd.cip", "10.9.9.9"},
                   {"fd.sip", "10.0.0.1"},
                   {"fd.lport", "22"},
                   {"fd.rport", "5555"},
                   {"fd.is_server", "true"},
                   {"fd.connected", "true"},
                   {"evt.rawres", "5"}});
}

TEST_CASE("a socket that listens has a server alone") {
    Record record = socket_event("listen", AF_INET6, SOCK_STREAM);
    record.end("local", "::", 8080);
    check(record, {{"fd.name", ":::8080"},
                   {"fd.sip", "::"},
                   {"fd.sport", "8080"},
                   {"fd.cip", "(missing)"},
                   {"fd.rip", "(missing)"},
                   {"fd.ip", "::"},
                   {"fd.is_server", "true"},
                   {"fd.connected", "false"}});
}

TEST_CASE("unix sockets") {
    Record record = socket_event("connect", AF_UNIX, SOCK_STREAM);
    SECTION("by path") {
        record.text("remote_path", "/run/docker.sock");
        check(record, {{"fd.name", "/run/docker.sock"},
                       {"fd.type", "unix"},
                       {"fd.typechar", "u"},
                       {"fd.sockfamily", "unix"},
                       {"fd.l4proto", "<NA>"},
                       {"fd.sip", "(missing)"},
                       {"fd.ip", "(missing)"},
                       {"fd.is_server", "(missing)"}});
    }
    SECTION("nobody there") {
        sockaddr_un asked{};
        asked.sun_family = AF_UNIX;
        std::strcpy(asked.sun_path, "/run/none.sock");
        record.set("res", -ENOENT).text("addr", {reinterpret_cast<const char*>(&asked), 16});
        check(record, {{"fd.name", "/run/none.sock"}, {"evt.arg.addr", "/run/none.sock"}});
    }
    SECTION("an abstract name") {
        record.text("addr", std::string_view("\1\0\0hidden", 9));
        check(record, {{"evt.arg.addr", "@hidden"}});
    }
    SECTION("an address cut short") {
        record.text("addr", std::string_view("\2\0\0", 3));
        check(record, {{"evt.arg.addr", "AF_INET"}, {"fd.sip", "(missing)"}});
    }
}

TEST_CASE("the hook sees the same peer") {
    Record record("socket_connect");
    record.by(100, 1000, 1, "nc").set("domain", AF_INET).set("type", SOCK_STREAM);
    record.end("remote", "169.254.169.254", 80);
    check(record,
          {{"fd.sip", "169.254.169.254"}, {"fd.num", "(missing)"}, {"evt.res", "(missing)"}});
}

TEST_CASE("a message's lower port is the server's, whoever speaks") {
    for (const char* event : {"sendto", "sendmsg", "recvfrom", "recvmsg"}) {
        INFO(event);
        Record asks = socket_event(event, AF_INET, SOCK_DGRAM);
        asks.end("local", "10.0.0.1", 40000).end("remote", "8.8.8.8", 53);
        check(asks, {{"fd.sip", "8.8.8.8"}, {"fd.cip", "10.0.0.1"}, {"fd.rport", "53"}});
        Record answers = socket_event(event, AF_INET, SOCK_DGRAM);
        answers.end("local", "10.0.0.1", 53).end("remote", "10.0.0.9", 40000);
        check(answers, {{"fd.sip", "10.0.0.1"}, {"fd.cip", "10.0.0.9"}, {"fd.lport", "53"}});
    }
}

}  // namespace
}  // namespace saker
