// Files and sockets that no system call of their own asked for.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
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
