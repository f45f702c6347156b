// Files and sockets that no system call of their own asked for.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/network.h"
#include "tests/kernel/support/shared.h"
#include "tests/kernel/support/uring.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

bool no_io_uring() {
    if (Uring::is_there()) {
        return false;
    }
    WARN("this kernel has no io_uring: not tested");
    return true;
}

/// Where no hook sees the opened file the name asked is all there is, with the directory a relative
/// one starts from, and the record says so.
void check_file(const Record& opened, const Folder& folder) {
    if (opened.has(RECORD_UNRESOLVED)) {
        CHECK(opened.text("resolved").empty());
        const bool is_relative = !opened.text("name").starts_with('/');
        CHECK(opened.text("directory") == (is_relative ? folder.path() : ""));
    } else {
        CHECK(opened.text("resolved") == folder.path("file"));
    }
}

}  // namespace

TEST_CASE("a file opened through io_uring is an openat", "[io_uring]") {
    if (no_io_uring()) {
        return;
    }
    const auto [setup, request_flags] = GENERATE(table<unsigned, unsigned>({
        {0, 0},                    // done within io_uring_enter
        {0, IOSQE_ASYNC},          // by a worker thread
        {IORING_SETUP_SQPOLL, 0},  // without any system call
    }));
    INFO("setup " << setup << ", request " << request_flags);
    const Folder folder;
    const std::string path = folder.file("file");
    const Shared<int> result;
    const auto story = capture([&, setup = setup, request_flags = request_flags] {
        Uring ring(setup);
        io_uring_sqe request = openat_request(AT_FDCWD, path.c_str(), O_RDONLY | O_CLOEXEC);
        request.flags = static_cast<uint8_t>(request_flags);
        *result = ring.perform(request);
    });
    REQUIRE(story.exit_code() == 0);
    REQUIRE(*result >= 0);
    const Record& opened = story.first("openat", via(VIA_io_uring), says("name", path));
    CHECK(static_cast<pid_t>(opened.header().pid) == story.actor());
    CHECK((opened.number("flags") & O_CLOEXEC) != 0);
    CHECK(opened.number("dirfd") == AT_FDCWD);
    check_file(opened, folder);
}

TEST_CASE("an openat2 through io_uring is an openat2", "[io_uring]") {
    if (no_io_uring()) {
        return;
    }
    const Folder folder;
    const std::string path = folder.file("file");
    const Shared<int> result;
    const auto story = capture([&] {
        const open_how how{O_RDONLY, 0, RESOLVE_NO_MAGICLINKS};
        Uring ring;
        *result = ring.perform(openat2_request(AT_FDCWD, path.c_str(), &how, sizeof how));
    });
    REQUIRE(*result >= 0);
    const Record& opened = story.first("openat2", via(VIA_io_uring), says("name", path));
    CHECK(opened.number("resolve") == RESOLVE_NO_MAGICLINKS);
    check_file(opened, folder);
}

TEST_CASE("a relative name through io_uring leads to its file", "[io_uring]") {
    if (no_io_uring()) {
        return;
    }
    const Folder folder;
    folder.file("file");
    const Shared<int> directory;
    const auto story = capture([&] {
        Uring ring;
        must(::chdir(folder.path().c_str()) == 0, "the folder");
        ring.perform(openat_request(AT_FDCWD, "file", O_RDONLY));
        *directory = ::open(folder.path().c_str(), O_PATH | O_DIRECTORY);
        ring.perform(openat_request(*directory, "./file", O_RDONLY));
    });
    const Record& by_cwd = story.first("openat", via(VIA_io_uring), says("name", "file"));
    check_file(by_cwd, folder);
    const Record& by_fd = story.first("openat", via(VIA_io_uring), says("name", "./file"));
    CHECK(by_fd.number("dirfd") == *directory);
    check_file(by_fd, folder);
}

TEST_CASE("names changed through io_uring are told as by system calls", "[io_uring]") {
    if (no_io_uring()) {
        return;
    }
    const Folder folder;
    const std::string file = folder.file("file");
    const Shared<std::array<int, 6>> results;
    const auto story = capture([&] {
        Uring ring;
        must(::chdir(folder.path().c_str()) == 0, "the folder");
        io_uring_sqe made = name_request(IORING_OP_MKDIRAT, AT_FDCWD, "made");
        made.len = 0750;
        // The link's own directory and path lie where one name's do.
        io_uring_sqe linked = name_request(IORING_OP_SYMLINKAT, AT_FDCWD, "says");
        linked.addr2 = reinterpret_cast<uintptr_t>("made/link");
        io_uring_sqe removed = name_request(IORING_OP_UNLINKAT, AT_FDCWD, "gone");
        removed.unlink_flags = AT_REMOVEDIR;
        *results = {
            ring.perform(made),
            ring.perform(linked),
            ring.perform(names_request(IORING_OP_LINKAT, AT_FDCWD, file.c_str(), AT_FDCWD, "more")),
            ring.perform(names_request(IORING_OP_RENAMEAT, AT_FDCWD, "more", AT_FDCWD, "other")),
            ring.perform(name_request(IORING_OP_UNLINKAT, AT_FDCWD, "other")),
            ring.perform(removed)};
    });
    REQUIRE(story.exit_code() == 0);
    REQUIRE(*results == std::array{0, 0, 0, 0, 0, -ENOENT});
    const Record& made = story.first("mkdirat", via(VIA_io_uring), says("path", "made"));
    CHECK(made.number("mode") == 0750);
    CHECK(made.text("directory") == folder.path());
    const Record& symlink = story.first("symlinkat", via(VIA_io_uring), says("target", "says"));
    CHECK(symlink.text("linkpath") == "made/link");
    CHECK(symlink.text("directory") == folder.path());
    const Record& link = story.first("linkat", via(VIA_io_uring), says("oldpath", file));
    CHECK(link.text("newpath") == "more");
    CHECK(link.text("old_directory").empty());
    CHECK(link.text("new_directory") == folder.path());
    const Record& renamed = story.first("renameat2", via(VIA_io_uring), says("oldpath", "more"));
    CHECK(renamed.text("newpath") == "other");
    CHECK(renamed.number("olddirfd") == AT_FDCWD);
    CHECK(renamed.number("newdirfd") == AT_FDCWD);
    const Record& unlinked = story.first("unlinkat", via(VIA_io_uring), says("name", "other"));
    CHECK(unlinked.number("res") == 0);
    CHECK(static_cast<pid_t>(unlinked.header().pid) == story.actor());
    const Record& failed = story.first("unlinkat", via(VIA_io_uring), says("name", "gone"));
    CHECK(failed.number("res") == -ENOENT);
    CHECK(failed.number("flags") == AT_REMOVEDIR);
}

TEST_CASE("a connection through io_uring is a connect", "[io_uring]") {
    if (no_io_uring()) {
        return;
    }
    const auto [setup, request_flags] =
        GENERATE(table<unsigned, unsigned>({{0, 0}, {0, IOSQE_ASYNC}, {IORING_SETUP_SQPOLL, 0}}));
    INFO("setup " << setup << ", request " << request_flags);
    const Shared<std::array<int, 3>> numbers;
    const auto story = capture([&, setup = setup, request_flags = request_flags] {
        enter_own_network();
        listener(ipv4(7777));
        const UnixAddress nobody("@saker-nobody");
        const sockaddr_in there = ipv4(7777);
        const sockaddr_in refused = ipv4(7778);
        Uring ring(setup);
        const int socket = new_socket(AF_INET);
        const auto perform = [&](io_uring_sqe request) {
            request.flags = static_cast<uint8_t>(request_flags);
            return ring.perform(request);
        };
        must(perform(connect_request(socket, &there, sizeof there)) == 0, "a connection");
        const int second = perform(connect_request(new_socket(AF_INET), &refused, sizeof refused));
        const int third =
            perform(connect_request(new_socket(AF_UNIX), &nobody.address, nobody.size));
        *numbers = {socket, second, third};
    });
    REQUIRE(story.exit_code() == 0);
    REQUIRE(*numbers == std::array{(*numbers)[0], -ECONNREFUSED, -ECONNREFUSED});
    const Record& connected = story.first("connect", via(VIA_io_uring), counts("res", 0));
    CHECK(static_cast<pid_t>(connected.header().pid) == story.actor());
    CHECK(connected.end("remote") == "127.0.0.1:7777");
    CHECK(connected.end("local").starts_with("127.0.0.1:"));
    CHECK(connected.number("domain") == AF_INET);
    CHECK(connected.number("type") == SOCK_STREAM);
    CHECK(connected.number("fd") == (*numbers)[0]);
    CHECK_FALSE(connected.has(RECORD_UNRESOLVED));
    const auto refused = story.all("connect", via(VIA_io_uring), counts("res", -ECONNREFUSED));
    REQUIRE(refused.size() == 2);
    CHECK(refused[0]->end("remote") == "127.0.0.1:7778");
    CHECK(refused[1]->text("remote_path") == "@saker-nobody");
}

TEST_CASE("a service made through io_uring is told as by system calls", "[io_uring]") {
    if (no_io_uring()) {
        return;
    }
    constexpr uint8_t kBind = 56;  // younger than our headers; 6.11
    constexpr uint8_t kListen = 57;
    const auto request_flags = GENERATE(0u, unsigned{IOSQE_ASYNC});
    const sockaddr_in here = ipv4(7779);
    const sockaddr_in there = ipv4(7780);
    struct Seen {
        int listening, accepted, bound, listened, sender;
    };
    const Shared<Seen> seen;
    const auto story = capture([&] {
        enter_own_network();
        Uring ring;
        const auto perform = [&](io_uring_sqe request) {
            request.flags = static_cast<uint8_t>(request_flags);
            return ring.perform(request);
        };
        seen->listening = perform(socket_request(AF_INET, SOCK_STREAM, IPPROTO_TCP));
        must(seen->listening >= 0, "a socket");
        io_uring_sqe bind = connect_request(seen->listening, &here, sizeof here);
        bind.opcode = kBind;
        seen->bound = perform(bind);
        if (seen->bound != 0) {
            bind_to(seen->listening, as_sockaddr(here), sizeof here);
        }
        seen->listened = perform(socket_operation(kListen, seen->listening, nullptr, 3));
        if (seen->listened != 0) {
            ::listen(seen->listening, 3);
        }
        const int client = new_socket(AF_INET);
        must(::connect(client, as_sockaddr(here), sizeof here) == 0, "a connection");
        seen->accepted = perform(socket_operation(IORING_OP_ACCEPT, seen->listening, nullptr, 0));
        must(perform(socket_operation(IORING_OP_SEND, client, "hello", 5)) == 5, "a message");
        std::array<char, 64> got{};
        must(perform(socket_operation(IORING_OP_RECV, seen->accepted, got.data(), got.size())) == 5,
             "the message");
        char text[] = "datagram";
        iovec part{text, 8};
        msghdr message{};
        sockaddr_in to = there;
        message.msg_name = &to;
        message.msg_namelen = sizeof to;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        const int receiver = new_socket(AF_INET, SOCK_DGRAM);
        bind_to(receiver, as_sockaddr(there), sizeof there);
        const int datagrams = new_socket(AF_INET, SOCK_DGRAM);
        must(perform(socket_operation(IORING_OP_SENDMSG, datagrams, &message, 1)) == 8,
             "a datagram");
        sockaddr_in from{};
        message.msg_name = &from;
        must(perform(socket_operation(IORING_OP_RECVMSG, receiver, &message, 1)) == 8,
             "the datagram");
        seen->sender = ntohs(from.sin_port);
    });
    REQUIRE(story.exit_code() == 0);
    REQUIRE(seen->accepted >= 0);
    const Record& made = story.first("socket", via(VIA_io_uring));
    CHECK(made.number("fd") == seen->listening);
    CHECK(made.number("domain") == AF_INET);
    CHECK(made.number("type") == SOCK_STREAM);
    CHECK(made.number("proto") == IPPROTO_TCP);
    if (seen->bound == 0) {
        const Record& bound = story.first("bind", via(VIA_io_uring));
        CHECK(bound.number("res") == 0);
        CHECK(bound.end("local") == "127.0.0.1:7779");
    }
    if (seen->listened == 0) {
        const Record& listened = story.first("listen", via(VIA_io_uring));
        CHECK(listened.number("backlog") == 3);
        CHECK(listened.end("local") == "127.0.0.1:7779");
    }
    const Record& accepted = story.first("accept4", via(VIA_io_uring));
    CHECK(accepted.number("fd") == seen->accepted);
    CHECK(accepted.end("local") == "127.0.0.1:7779");
    CHECK(accepted.end("remote").starts_with("127.0.0.1:"));
    const Record& sent = story.first("sendto", via(VIA_io_uring));
    CHECK(sent.number("res") == 5);
    CHECK(sent.number("size") == 5);
    CHECK(sent.end("remote") == "127.0.0.1:7779");
    const Record& datagram = story.first("sendmsg", via(VIA_io_uring));
    CHECK(datagram.number("res") == 8);
    CHECK(datagram.end("remote") == "127.0.0.1:7780");
    const Record& received = story.first("recvfrom", via(VIA_io_uring));
    CHECK(received.number("res") == 5);
    CHECK(received.number("size") == 64);
    CHECK(received.end("local") == "127.0.0.1:7779");
    CHECK(received.end("remote").starts_with("127.0.0.1:"));
    const Record& taken = story.first("recvmsg", via(VIA_io_uring));
    CHECK(taken.number("res") == 8);
    CHECK(taken.end("local") == "127.0.0.1:7780");
    CHECK(taken.end("remote") == "127.0.0.1:" + std::to_string(seen->sender));
}

TEST_CASE("an open by a system call is no io_uring's", "[io_uring]") {
    const Folder folder;
    const std::string path = folder.file("file");
    const auto story = capture([&] {
        if (Uring::is_there()) {
            Uring ring;
            ::open(path.c_str(), O_RDONLY);
        }
    });
    CHECK_FALSE(story.has("openat", via(VIA_io_uring)));
}
