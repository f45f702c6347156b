// What the kernel is about to do, whoever asked for it. Where no rung of such a hook holds, the
// source must say that it is blind there; the tests then hold what the system call's own event can
// tell.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/network.h"
#include "tests/kernel/support/program.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"
#include "tests/kernel/support/uring.h"

using namespace saker;
using namespace saker::kernel_tests;

TEST_CASE("bprm_check_security: a program about to run", "[kernel_events]") {
    if (is_blind(EVENT_bprm_check_security)) {
        return;
    }
    const Folder folder;
    const std::string program = folder.path("program");
    install(exiting_program(), program);
    folder.link("link", "program");
    const std::string link = folder.path("link");
    const auto story = capture([&] { ::execl(link.c_str(), "program", nullptr); });
    REQUIRE(story.exit_code() == kProgramExit);
    const Record& asked = story.first("bprm_check_security", says("filename", link));
    CHECK(asked.text("resolved") == program);
    CHECK(asked.header().lane == LANE_critical);
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(asked.number("ino") == started.number("exe_ino"));
    CHECK(asked.header().time <= started.header().time);
    CHECK(asked.header().exec_id < started.header().exec_id);
}

TEST_CASE("file_open: a file by its true name", "[kernel_events]") {
    if (is_blind(EVENT_file_open)) {
        return;
    }
    const Folder folder;
    const std::string file = folder.file("file");
    folder.link("link", "file");
    const std::string link = folder.path("link");
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    const auto story =
        capture([&] { raw(SYS_openat, AT_FDCWD, link.c_str(), O_RDWR | O_CLOEXEC); });
    const Record& opened = story.first("file_open", says("resolved", file));
    CHECK(opened.number("ino") == static_cast<int64_t>(status.st_ino));
    CHECK((opened.number("flags") & O_ACCMODE) == O_RDWR);
    CHECK(opened.header().via == VIA_syscall);
}

TEST_CASE("file_open: through io_uring", "[kernel_events]") {
    if (is_blind(EVENT_file_open) || !Uring::is_there()) {
        return;
    }
    const Folder folder;
    const std::string file = folder.file("file");
    folder.link("link", "file");
    const std::string link = folder.path("link");
    const unsigned request_flags = GENERATE(0, IOSQE_ASYNC);
    const auto story = capture([&] {
        Uring ring;
        io_uring_sqe request = openat_request(AT_FDCWD, link.c_str(), O_RDONLY);
        request.flags = static_cast<uint8_t>(request_flags);
        ring.perform(request);
    });
    const Record& opened = story.first("file_open", says("resolved", file));
    CHECK(opened.header().via == VIA_io_uring);
    CHECK(static_cast<pid_t>(opened.header().pid) == story.actor());
    const Record& as_call = story.first("openat", via(VIA_io_uring), says("resolved", file));
    CHECK(as_call.number("ino") == opened.number("ino"));
}

TEST_CASE("an open knows whether its file is the very one the kernel opened", "[kernel_events]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const auto story = capture([&] { raw(SYS_openat, AT_FDCWD, file.c_str(), O_RDONLY); });
    const Record& opened = story.first("openat", says("name", file));
    const bool is_hooked = !hook_of(EVENT_file_open).chosen.empty();
    CHECK(opened.has(RECORD_FD_LOOKUP) != is_hooked);
    CHECK(opened.text("resolved") == file);
}

TEST_CASE("socket_connect: an address before it is tried", "[kernel_events]") {
    if (is_blind(EVENT_socket_connect)) {
        return;
    }
    const auto story = capture([] {
        enter_own_network();
        const sockaddr_in address = ipv4(7777);
        raw(SYS_connect, new_socket(AF_INET), &address, sizeof address);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& asked = story.first("socket_connect", by(story.actor()));
    CHECK(asked.end("remote") == "127.0.0.1:7777");
    CHECK(asked.number("domain") == AF_INET);
    CHECK(asked.number("type") == SOCK_STREAM);
    const Record& refused = story.first("connect", by(story.actor()));
    CHECK(refused.number("socket_ino") == asked.number("socket_ino"));
}

TEST_CASE("socket_connect: through io_uring", "[kernel_events]") {
    if (is_blind(EVENT_socket_connect) || !Uring::is_there()) {
        return;
    }
    const auto story = capture([] {
        enter_own_network();
        const sockaddr_in address = ipv4(7777);
        Uring ring;
        ring.perform(connect_request(new_socket(AF_INET), &address, sizeof address));
    });
    REQUIRE(story.exit_code() == 0);
    const Record& asked = story.first("socket_connect", via(VIA_io_uring));
    CHECK(asked.end("remote") == "127.0.0.1:7777");
}
