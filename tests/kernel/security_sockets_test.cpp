// What the kernel asks its security modules about sockets, besides connecting them.
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/network.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"

using namespace saker;
using namespace saker::kernel_tests;

TEST_CASE("a socket's life, as the kernel asks about it", "[security]") {
    for (const event_id event : {EVENT_socket_create, EVENT_socket_bind, EVENT_socket_listen,
                                 EVENT_socket_accept, EVENT_socket_sendmsg}) {
        if (is_blind(event)) {
            return;
        }
    }
    const auto story = capture([] {
        enter_own_network();
        const sockaddr_in server = ipv4(7790);
        const sockaddr_in elsewhere = ipv4(7791);
        const int listening = listener(server);
        const int client = new_socket(AF_INET);
        must(::connect(client, as_sockaddr(server), sizeof server) == 0, "a connection");
        const int accepted = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
        must(accepted >= 0, "the other end");
        raw(SYS_sendto, client, "hello", 5L, 0, nullptr, 0);
        raw(SYS_sendto, new_socket(AF_INET, SOCK_DGRAM), "hello there", 11L, 0, &elsewhere,
            sizeof elsewhere);
    });
    REQUIRE(story.exit_code() == 0);
    // Its network namespace has sockets of the kernel's own.
    const Record& made = story.first("socket_create", counts("domain", AF_INET),
                                     counts("kernel", 0), counts("type", SOCK_STREAM));
    CHECK(made.header().via == VIA_syscall);
    const Record& bound = story.first("socket_bind", counts("domain", AF_INET));
    CHECK(bound.end("local") == "127.0.0.1:7790");
    CHECK(bound.number("socket_ino") != 0);
    const Record& listened = story.first("socket_listen");
    CHECK(listened.end("local") == "127.0.0.1:7790");
    CHECK(listened.number("backlog") == 8);
    CHECK(listened.number("socket_ino") == bound.number("socket_ino"));
    CHECK(story.first("socket_accept").number("socket_ino") == bound.number("socket_ino"));
    const Record& said = story.first("socket_sendmsg", counts("size", 5));
    CHECK(said.end("remote") == "127.0.0.1:7790");
    const Record& datagram = story.first("socket_sendmsg", counts("size", 11));
    CHECK(datagram.end("remote") == "127.0.0.1:7791");
    CHECK(datagram.number("type") == SOCK_DGRAM);
}

TEST_CASE("unix sockets, as the kernel asks about them", "[security]") {
    if (is_blind(EVENT_socket_bind) || is_blind(EVENT_socket_sendmsg)) {
        return;
    }
    const auto story = capture([] {
        const UnixAddress here("@saker-security-test");
        const int receiver = new_socket(AF_UNIX, SOCK_DGRAM);
        bind_to(receiver, as_sockaddr(here.address), here.size);
        raw(SYS_sendto, new_socket(AF_UNIX, SOCK_DGRAM), "hi", 2L, 0, &here.address, here.size);
    });
    REQUIRE(story.exit_code() == 0);
    CHECK(story.has("socket_bind", says("local_path", "@saker-security-test")));
    CHECK(story.has("socket_sendmsg", says("remote_path", "@saker-security-test"),
                    counts("size", 2)));
}
