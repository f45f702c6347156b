// Sockets made, and what is said on them.
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/network.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

constexpr uint16_t kPort = 7778;

struct Talk {
    int sender, receiver;
    uint16_t sender_port;
};

uint16_t port_of(int socket) {
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size);
    return ntohs(own.sin_port);
}

void check_ends(const Record& record, int fd, const std::string& local, const std::string& remote) {
    CHECK(record.number("fd") == fd);
    CHECK(record.number("domain") == AF_INET);
    CHECK(record.number("type") == SOCK_DGRAM);
    CHECK(record.number("proto") == IPPROTO_UDP);
    CHECK(record.number("socket_ino") != 0);
    CHECK(record.end("local") == local);
    CHECK(record.end("remote") == remote);
}

}  // namespace

TEST_CASE("a socket is made", "[messages]") {
    const Shared<long> made;
    const auto story = capture([&] {
        *made = raw(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
        raw(SYS_socket, AF_PACKET, SOCK_RAW, 0x300);
        raw(SYS_socket, 255, SOCK_STREAM, 0);
    });
    const Record& plain = story.first("socket", counts("domain", AF_INET));
    CHECK(plain.number("fd") == *made);
    CHECK(plain.number("type") == (SOCK_STREAM | SOCK_CLOEXEC));
    CHECK(plain.number("proto") == IPPROTO_TCP);
    CHECK(story.has("socket", counts("domain", AF_PACKET), counts("type", SOCK_RAW)));
    CHECK(story.first("socket", counts("domain", 255)).number("fd") == -EAFNOSUPPORT);
}

TEST_CASE("a pair of sockets is made", "[messages]") {
    struct Pair {
        int ends[2];
    };
    const Shared<Pair> pair;
    const auto story = capture([&] {
        raw(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET, 0, pair->ends);
        int none[2];
        raw(SYS_socketpair, AF_INET, SOCK_STREAM, 0, none);
    });
    const Record& made = story.first("socketpair", counts("domain", AF_UNIX));
    CHECK(made.number("res") == 0);
    CHECK(made.number("fd1") == pair->ends[0]);
    CHECK(made.number("fd2") == pair->ends[1]);
    CHECK(made.number("type") == SOCK_SEQPACKET);
    CHECK(made.number("proto") == 0);
    CHECK(story.first("socketpair", counts("domain", AF_INET)).number("res") == -EOPNOTSUPP);
}

TEST_CASE("unconnected datagrams have the address of the message", "[messages]") {
    const Shared<Talk> talk;
    const sockaddr_in there = ipv4(kPort);
    const auto story = capture([&] {
        enter_own_network();
        talk->receiver = new_socket(AF_INET, SOCK_DGRAM);
        bind_to(talk->receiver, as_sockaddr(there), sizeof there);
        talk->sender = new_socket(AF_INET, SOCK_DGRAM);
        raw(SYS_sendto, talk->sender, "hello", 5L, 0, &there, sizeof there);
        talk->sender_port = port_of(talk->sender);
        char room[16];
        sockaddr_in from{};
        socklen_t size = sizeof from;
        raw(SYS_recvfrom, talk->receiver, room, sizeof room, 0, &from, &size);
        raw(SYS_recvfrom, talk->receiver, room, sizeof room, MSG_DONTWAIT, &from, &size);
    });
    REQUIRE(story.exit_code() == 0);
    const std::string receiver = "127.0.0.1:" + std::to_string(kPort);
    const std::string any = "0.0.0.0:" + std::to_string(talk->sender_port);
    const Record& sent = story.first("sendto", counts("fd", talk->sender));
    CHECK(sent.number("res") == 5);
    CHECK(sent.number("size") == 5);
    check_ends(sent, talk->sender, any, receiver);
    const Record& got = story.first("recvfrom", counts("res", 5));
    CHECK(got.number("size") == 16);
    check_ends(got, talk->receiver, receiver, "127.0.0.1:" + std::to_string(talk->sender_port));
    CHECK(story.first("recvfrom", counts("res", -EAGAIN)).end("remote") == "none");
}

TEST_CASE("the first bytes of a message, where somebody asks for them", "[messages]") {
    KernelOptions options = only({EVENT_sendto, EVENT_recvfrom, EVENT_sendmsg, EVENT_recvmsg});
    const bool asks = GENERATE(true, false);
    options.extras.data = asks;
    const std::string large = "begin" + std::string(995, 'x');
    Watch watch(options);
    const auto story = watch.capture([&] {
        int ends[2];
        must(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0, "a pair");
        char room[2000];
        raw(SYS_sendto, ends[0], large.data(), large.size(), 0, nullptr, 0);
        raw(SYS_recvfrom, ends[1], room, sizeof room, 0, nullptr, nullptr);
        char parts[] = "a\0b and more";
        iovec pieces[2] = {{parts, 3}, {parts + 3, 9}};
        msghdr message{};
        message.msg_iov = pieces;
        message.msg_iovlen = 2;
        raw(SYS_sendmsg, ends[0], &message, 0);
        iovec one{room, sizeof room};
        message.msg_iov = &one;
        message.msg_iovlen = 1;
        raw(SYS_recvmsg, ends[1], &message, 0);
        raw(SYS_recvmsg, ends[1], &message, MSG_DONTWAIT);
    });
    REQUIRE(story.exit_code() == 0);
    const auto data = [&](const char* event, int64_t result) {
        return std::string(story.first(event, counts("res", result)).text("data"));
    };
    CHECK(data("sendto", 1000) == (asks ? large.substr(0, 256) : ""));
    CHECK(data("recvfrom", 1000) == (asks ? large.substr(0, 256) : ""));
    CHECK(data("sendmsg", 12) == (asks ? std::string("a\0b", 3) : ""));
    CHECK(data("recvmsg", 12) == (asks ? std::string("a\0b and more", 12) : ""));
    CHECK(data("recvmsg", -EAGAIN).empty());
}

TEST_CASE("messages in parts", "[messages]") {
    const Shared<Talk> talk;
    sockaddr_in there = ipv4(kPort);
    const auto story = capture([&] {
        enter_own_network();
        talk->receiver = new_socket(AF_INET, SOCK_DGRAM);
        bind_to(talk->receiver, as_sockaddr(there), sizeof there);
        talk->sender = new_socket(AF_INET, SOCK_DGRAM);
        char text[] = "hello";
        iovec parts[] = {{text, 2}, {text + 2, 3}};
        msghdr message{};
        message.msg_name = &there;
        message.msg_namelen = sizeof there;
        message.msg_iov = parts;
        message.msg_iovlen = 2;
        raw(SYS_sendmsg, talk->sender, &message, 0);
        talk->sender_port = port_of(talk->sender);
        sockaddr_in from{};
        message.msg_name = &from;
        raw(SYS_recvmsg, talk->receiver, &message, 0);
        raw(SYS_sendmsg, -1, &message, 0);
    });
    REQUIRE(story.exit_code() == 0);
    const std::string receiver = "127.0.0.1:" + std::to_string(kPort);
    const Record& sent = story.first("sendmsg", counts("fd", talk->sender));
    CHECK(sent.number("res") == 5);
    CHECK(sent.number("size") == 5);
    check_ends(sent, talk->sender, "0.0.0.0:" + std::to_string(talk->sender_port), receiver);
    const Record& got = story.first("recvmsg", counts("fd", talk->receiver));
    CHECK(got.number("res") == 5);
    CHECK(got.number("size") == 5);
    check_ends(got, talk->receiver, receiver, "127.0.0.1:" + std::to_string(talk->sender_port));
    CHECK(story.first("sendmsg", counts("fd", -1)).number("res") == -EBADF);
}

TEST_CASE("a connected datagram socket needs no address", "[messages]") {
    const Shared<Talk> talk;
    const sockaddr_in there = ipv4(kPort);
    const auto story = capture([&] {
        enter_own_network();
        talk->receiver = new_socket(AF_INET, SOCK_DGRAM);
        bind_to(talk->receiver, as_sockaddr(there), sizeof there);
        talk->sender = new_socket(AF_INET, SOCK_DGRAM);
        must(::connect(talk->sender, as_sockaddr(there), sizeof there) == 0, "a connection");
        talk->sender_port = port_of(talk->sender);
        raw(SYS_sendto, talk->sender, "hello", 5L, 0, nullptr, 0);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& sent = story.first("sendto", counts("fd", talk->sender));
    check_ends(sent, talk->sender, "127.0.0.1:" + std::to_string(talk->sender_port),
               "127.0.0.1:" + std::to_string(kPort));
    CHECK(sent.text("addr").empty());
}

TEST_CASE("a connection is shut in one direction", "[messages]") {
    const auto story = capture([] {
        enter_own_network();
        const int listening = listener(ipv4(kPort));
        const int client = new_socket(AF_INET);
        const sockaddr_in there = ipv4(kPort);
        must(::connect(client, as_sockaddr(there), sizeof there) == 0, "a connection");
        raw(SYS_shutdown, client, SHUT_WR);
        raw(SYS_shutdown, listening, 7);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& shut = story.first("shutdown", counts("how", SHUT_WR));
    CHECK(shut.number("res") == 0);
    CHECK(shut.end("remote") == "127.0.0.1:" + std::to_string(kPort));
    CHECK(story.first("shutdown", counts("how", 7)).number("res") == -EINVAL);
}

TEST_CASE("what goes beside a message, where somebody asks for it", "[messages]") {
    KernelOptions options = only({EVENT_sendmsg, EVENT_recvmsg});
    const bool asks = GENERATE(true, false);
    options.extras.data = asks;
    Watch watch(options);
    const auto story = watch.capture([] {
        int ends[2];
        must(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0, "a pair");
        char text[] = "take it";
        iovec part{text, sizeof text};
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* beside = CMSG_FIRSTHDR(&message);
        beside->cmsg_level = SOL_SOCKET;
        beside->cmsg_type = SCM_RIGHTS;
        beside->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(beside), &ends[0], sizeof(int));
        raw(SYS_sendmsg, ends[0], &message, 0);
        raw(SYS_recvmsg, ends[1], &message, 0);
    });
    REQUIRE(story.exit_code() == 0);
    for (const char* event : {"sendmsg", "recvmsg"}) {
        const std::string beside = story.first(event, counts("res", 8)).text("msgcontrol");
        if (!asks) {
            CHECK(beside.empty());
            continue;
        }
        REQUIRE(beside.size() >= sizeof(cmsghdr));
        cmsghdr head{};
        std::memcpy(&head, beside.data(), sizeof head);
        CHECK(head.cmsg_level == SOL_SOCKET);
        CHECK(head.cmsg_type == SCM_RIGHTS);
    }
}
