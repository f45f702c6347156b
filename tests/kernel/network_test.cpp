// Connections, with the addresses the sockets have.
#include "tests/kernel/support/network.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"
#include "tests/kernel/support/uring.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

constexpr uint16_t kPort = 7777;

template <class Address>
long connect_to(int socket, const Address& address) {
    return raw(SYS_connect, socket, &address, sizeof address);
}

/// The bytes of an address as the caller laid them out.
template <class Address>
std::string bytes_of(const Address& address, size_t size = sizeof(Address)) {
    return {reinterpret_cast<const char*>(&address), size};
}

bool no_ipv6() {
    if (has_ipv6()) {
        return false;
    }
    WARN("this kernel has no IPv6: not tested");
    return true;
}

struct Numbers {
    int listening;
    int connecting;
    int accepted;
    uint64_t inode;
    uint16_t local_port;
};

uint64_t inode_of(int socket) {
    struct stat status {};
    ::fstat(socket, &status);
    return status.st_ino;
}

/// Listens, connects and accepts within one process, remembering the descriptors.
template <class Address>
void converse(const Address& address, Numbers& numbers, long accept_call = SYS_accept4) {
    enter_own_network();
    numbers.listening = listener(address);
    numbers.connecting = new_socket(as_sockaddr(address)->sa_family);
    numbers.inode = inode_of(numbers.connecting);
    must(connect_to(numbers.connecting, address) == 0, "a connection");
    numbers.accepted =
        static_cast<int>(accept_call == SYS_accept4
                             ? raw(SYS_accept4, numbers.listening, nullptr, nullptr, SOCK_CLOEXEC)
                             : raw(accept_call, numbers.listening, nullptr, nullptr));
    Address own{};
    socklen_t size = sizeof own;
    ::getsockname(numbers.connecting, reinterpret_cast<sockaddr*>(&own), &size);
    std::memcpy(&numbers.local_port, reinterpret_cast<char*>(&own) + 2, 2);
    numbers.local_port = ntohs(numbers.local_port);
}

void check_socket(const Record& record, int family, int type, int protocol) {
    CHECK(record.number("domain") == family);
    CHECK(record.number("type") == type);
    CHECK(record.number("proto") == protocol);
    CHECK(record.number("socket_ino") != 0);
}

}  // namespace

TEST_CASE("an IPv4 connection, from both ends", "[network]") {
    const Shared<Numbers> numbers;
    const auto story = capture([&] { converse(ipv4(kPort), *numbers); });
    REQUIRE(story.exit_code() == 0);
    const std::string own = "127.0.0.1:" + std::to_string(numbers->local_port);

    const Record& connected = story.first("connect", counts("fd", numbers->connecting));
    CHECK(connected.number("res") == 0);
    CHECK(connected.end("remote") == "127.0.0.1:7777");
    CHECK(connected.end("local") == own);
    CHECK(connected.text("addr") == bytes_of(ipv4(kPort)));
    CHECK(connected.number("socket_ino") == static_cast<int64_t>(numbers->inode));
    check_socket(connected, AF_INET, SOCK_STREAM, IPPROTO_TCP);

    const Record& accepted = story.first("accept4", counts("listen_fd", numbers->listening));
    CHECK(accepted.number("fd") == numbers->accepted);
    CHECK(accepted.end("local") == "127.0.0.1:7777");
    CHECK(accepted.end("remote") == own);
    CHECK(accepted.number("flags") == SOCK_CLOEXEC);
    CHECK(accepted.number("queuemax") == 8);
    check_socket(accepted, AF_INET, SOCK_STREAM, IPPROTO_TCP);
}

TEST_CASE("an IPv6 connection, from both ends", "[network]") {
    if (no_ipv6()) {
        return;
    }
    const Shared<Numbers> numbers;
    const auto story = capture([&] { converse(ipv6(kPort), *numbers, SYS_accept); });
    REQUIRE(story.exit_code() == 0);
    const std::string own = "[::1]:" + std::to_string(numbers->local_port);

    const Record& connected = story.first("connect", counts("fd", numbers->connecting));
    CHECK(connected.end("remote") == "[::1]:7777");
    CHECK(connected.end("local") == own);
    check_socket(connected, AF_INET6, SOCK_STREAM, IPPROTO_TCP);

    const Record& accepted = story.first("accept", counts("listen_fd", numbers->listening));
    CHECK(accepted.number("fd") == numbers->accepted);
    CHECK(accepted.end("local") == "[::1]:7777");
    CHECK(accepted.end("remote") == own);
}

TEST_CASE("an IPv4 peer of an IPv6 socket", "[network]") {
    if (no_ipv6()) {
        return;
    }
    const Shared<int> accepted;
    const auto story = capture([&] {
        enter_own_network();
        const int listening = listener(ipv6(kPort, "::"));
        const int socket = new_socket(AF_INET6);
        must(connect_to(socket, ipv6(kPort, "::ffff:127.0.0.1")) == 0, "a connection");
        *accepted = static_cast<int>(raw(SYS_accept4, listening, nullptr, nullptr, 0));
    });
    REQUIRE(story.exit_code() == 0);
    const Record& connected = story.first("connect", by(story.actor()));
    const auto peer = address_of(connected.event().end(*connected.event().member("remote")));
    REQUIRE(peer);
    CHECK_FALSE(peer->is_v6);
    CHECK(peer->bytes[0] == 127);
    const Record& taken = story.first("accept4", counts("fd", *accepted));
    const auto other = address_of(taken.event().end(*taken.event().member("remote")));
    REQUIRE(other);
    CHECK_FALSE(other->is_v6);
    CHECK(other->bytes[0] == 127);
}

TEST_CASE("a refused connection has its address", "[network]") {
    SECTION("IPv4") {
        const auto story = capture([] {
            enter_own_network();
            connect_to(new_socket(AF_INET), ipv4(kPort, 0x7f000002));
        });
        REQUIRE(story.exit_code() == 0);
        const Record& refused = story.first("connect", by(story.actor()));
        CHECK(refused.number("res") == -ECONNREFUSED);
        CHECK(refused.end("remote") == "127.0.0.2:7777");
        CHECK(refused.text("addr") == bytes_of(ipv4(kPort, 0x7f000002)));
    }
    SECTION("IPv6") {
        if (no_ipv6()) {
            return;
        }
        const auto story = capture([] {
            enter_own_network();
            connect_to(new_socket(AF_INET6), ipv6(kPort));
        });
        const Record& refused = story.first("connect", by(story.actor()));
        CHECK(refused.number("res") == -ECONNREFUSED);
        CHECK(refused.end("remote") == "[::1]:7777");
    }
    SECTION("where no route leads") {
        const auto story = capture([] {
            enter_own_network();
            connect_to(new_socket(AF_INET), ipv4(kPort, 0x0a010203));
        });
        const Record& refused = story.first("connect", by(story.actor()));
        CHECK(refused.number("res") == -ENETUNREACH);
        CHECK(refused.end("remote") == "10.1.2.3:7777");
    }
}

TEST_CASE("a connection still in the making has its address", "[network]") {
    const auto story = capture([] {
        enter_own_network();
        // A queue that is full answers nothing, so the connection stays half open.
        const int listening = new_socket(AF_INET);
        bind_to(listening, as_sockaddr(ipv4(kPort)), sizeof(sockaddr_in));
        ::listen(listening, 0);
        connect_to(new_socket(AF_INET), ipv4(kPort));
        connect_to(new_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK), ipv4(kPort));
    });
    const Record& pending = story.first("connect", counts("res", -EINPROGRESS));
    CHECK(pending.end("remote") == "127.0.0.1:7777");
}

TEST_CASE("a datagram socket is given a peer", "[network]") {
    const auto story = capture([] {
        enter_own_network();
        connect_to(new_socket(AF_INET, SOCK_DGRAM), ipv4(53));
    });
    const Record& connected = story.first("connect", by(story.actor()));
    CHECK(connected.number("res") == 0);
    CHECK(connected.end("remote") == "127.0.0.1:53");
    check_socket(connected, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
}

TEST_CASE("unix sockets have paths", "[network]") {
    const Folder folder;
    const bool is_abstract = GENERATE(false, true);
    const std::string name =
        is_abstract ? "@saker-kernel-tests-" + std::to_string(::getpid()) : folder.path("socket");
    const long accept_call = is_abstract ? SYS_accept4 : SYS_accept;
    INFO(name);
    const Shared<Numbers> numbers;
    const auto story = capture([&] {
        const UnixAddress address(name);
        numbers->listening = new_socket(AF_UNIX);
        const auto* plain = as_sockaddr(address.address);
        bind_to(numbers->listening, plain, address.size);
        ::listen(numbers->listening, 3);
        numbers->connecting = new_socket(AF_UNIX);
        must(raw(SYS_connect, numbers->connecting, plain, address.size) == 0, "a connection");
        numbers->accepted =
            static_cast<int>(raw(accept_call, numbers->listening, nullptr, nullptr, 0));
    });
    REQUIRE(story.exit_code() == 0);
    const Record& bound = story.first("bind", counts("fd", numbers->listening));
    CHECK(bound.number("res") == 0);
    CHECK(bound.text("local_path") == name);
    CHECK(bound.number("domain") == AF_UNIX);
    const Record& listening = story.first("listen", counts("fd", numbers->listening));
    CHECK(listening.number("backlog") == 3);
    CHECK(listening.text("local_path") == name);
    const Record& connected = story.first("connect", counts("fd", numbers->connecting));
    CHECK(connected.number("res") == 0);
    CHECK(connected.end("remote") == "unix");
    CHECK(connected.text("remote_path") == name);
    const Record& accepted = story.first(accept_call == SYS_accept ? "accept" : "accept4",
                                         counts("listen_fd", numbers->listening));
    CHECK(accepted.number("fd") == numbers->accepted);
    CHECK(accepted.text("local_path") == name);
}

TEST_CASE("a unix socket that is not there keeps the path asked", "[network]") {
    const Folder folder;
    const std::string path = folder.path("nobody");
    const auto story = capture([&] {
        const UnixAddress address(path);
        raw(SYS_connect, new_socket(AF_UNIX), &address.address, address.size);
    });
    const Record& refused = story.first("connect", by(story.actor()));
    CHECK(refused.number("res") == -ENOENT);
    CHECK_THAT(refused.text("addr"), Catch::Contains(path));
    CHECK(refused.text("remote_path") == path);
}

TEST_CASE("a socket is given an address and listens", "[network]") {
    const Shared<int> socket;
    const auto story = capture([&] {
        enter_own_network();
        *socket = new_socket(AF_INET);
        bind_to(*socket, as_sockaddr(ipv4(kPort, INADDR_ANY)), sizeof(sockaddr_in));
        ::listen(*socket, 17);
    });
    const Record& bound = story.first("bind", counts("fd", *socket));
    CHECK(bound.number("res") == 0);
    CHECK(bound.end("local") == "0.0.0.0:7777");
    CHECK(bound.text("addr") == bytes_of(ipv4(kPort, INADDR_ANY)));
    const Record& listening = story.first("listen", counts("fd", *socket));
    CHECK(listening.number("res") == 0);
    CHECK(listening.number("backlog") == 17);
    CHECK(listening.end("local") == "0.0.0.0:7777");
}

TEST_CASE("a bind to port 0 has the port that was given", "[network]") {
    const Shared<uint16_t> port;
    const auto story = capture([&] {
        enter_own_network();
        const int socket = new_socket(AF_INET);
        bind_to(socket, as_sockaddr(ipv4(0)), sizeof(sockaddr_in));
        sockaddr_in own{};
        socklen_t size = sizeof own;
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size);
        *port = ntohs(own.sin_port);
    });
    CHECK(story.first("bind", by(story.actor())).end("local") ==
          "127.0.0.1:" + std::to_string(*port));
}

TEST_CASE("network calls that fail", "[network]") {
    const auto story = capture([] {
        enter_own_network();
        const int file = ::open("/dev/null", O_RDWR);
        const auto address = ipv4(kPort);
        raw(SYS_connect, 999, &address, sizeof address);
        raw(SYS_connect, file, &address, sizeof address);
        raw(SYS_bind, new_socket(AF_INET), as_sockaddr(ipv4(kPort, 0x0a010203)),
            sizeof(sockaddr_in));
        raw(SYS_listen, new_socket(AF_INET, SOCK_DGRAM), 1);
        raw(SYS_accept4, new_socket(AF_INET), nullptr, nullptr, 0);
    });
    REQUIRE(story.exit_code() == 0);
    CHECK(story.first("connect", counts("fd", 999)).number("res") == -EBADF);
    CHECK(story.has("connect", counts("res", -ENOTSOCK)));
    const Record& elsewhere = story.first("bind", counts("res", -EADDRNOTAVAIL));
    CHECK(elsewhere.text("addr") == bytes_of(ipv4(kPort, 0x0a010203)));
    CHECK(story.has("listen", counts("res", -EOPNOTSUPP)));
    CHECK(story.has("accept4", counts("fd", -EINVAL)));
}

#ifdef __x86_64__
TEST_CASE("a 32-bit socketcall is the call it stands for", "[network]") {
    if (is_blind_to_compat_calls(EVENT_connect)) {
        return;
    }
    const Shared<long> result;
    const auto story = capture([&] {
        enter_own_network();
        const auto address = ipv4(kPort);
        const uint32_t arguments[] = {static_cast<uint32_t>(new_socket(AF_INET)),
                                      low_copy(&address, sizeof address), sizeof address};
        *result = call_32(kSocketcall32, kSocketcallConnect, low_copy(arguments, sizeof arguments));
    });
    REQUIRE(*result == -ECONNREFUSED);
    const Record& refused = story.first("connect", by(story.actor()));
    CHECK(refused.number("res") == -ECONNREFUSED);
    CHECK(refused.end("remote") == "127.0.0.1:7777");
    CHECK(refused.has(RECORD_COMPAT));
}

TEST_CASE("a 32-bit connect", "[network]") {
    if (is_blind_to_compat_calls(EVENT_connect)) {
        return;
    }
    const auto story = capture([&] {
        enter_own_network();
        const auto address = ipv4(kPort);
        call_32(kConnect32, static_cast<uint32_t>(new_socket(AF_INET)),
                low_copy(&address, sizeof address), sizeof address);
    });
    const Record& refused = story.first("connect", by(story.actor()));
    CHECK(refused.number("res") == -ECONNREFUSED);
    CHECK(refused.end("remote") == "127.0.0.1:7777");
    CHECK(refused.has(RECORD_COMPAT));
}
#endif
