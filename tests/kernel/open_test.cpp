// Opening files: every call that does it, what it gave, and which file it really was.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

struct Way {
    const char* event;
    long (*open)(const char* path);
};

const std::vector<Way>& ways() {
    static const std::vector<Way> all{
        {"openat",
         [](const char* path) { return raw(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC); }},
        {"openat2",
         [](const char* path) { return openat2(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0, 0); }},
#ifdef SYS_open
        {"open", [](const char* path) { return raw(SYS_open, path, O_RDONLY | O_CLOEXEC); }},
#endif
    };
    return all;
}

long open_plainly(const char* path, int flags = O_RDONLY) {
    return raw(SYS_openat, AT_FDCWD, path, flags, 0600);
}

/// As the kernel keeps a device number in `s_dev`.
int64_t kernel_device(dev_t device) {
    return static_cast<int64_t>(major(device)) << 20 | minor(device);
}

}  // namespace

TEST_CASE("each call that opens a file is an event of its name", "[open]") {
    const Way way = GENERATE(from_range(ways()));
    INFO(way.event);
    const Folder folder;
    const std::string path = folder.file("file");
    const Shared<long> result;
    const auto story = capture([&] { *result = way.open(path.c_str()); });

    REQUIRE(*result >= 0);
    const Record& opened = story.first(way.event, says("name", path));
    CHECK(opened.number("fd") == *result);
    CHECK(opened.text("resolved") == path);
    CHECK(opened.number("flags") == (O_RDONLY | O_CLOEXEC));
    CHECK(opened.header().via == VIA_syscall);
    CHECK(opened.header().lane == LANE_bulk);
    CHECK_FALSE(opened.has(RECORD_COMPAT));
    CHECK_FALSE(opened.has(RECORD_UNRESOLVED));
    CHECK_FALSE(opened.has(RECORD_TRUNCATED));

    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK(opened.number("ino") == static_cast<int64_t>(status.st_ino));
    CHECK(opened.number("dev") == kernel_device(status.st_dev));
    CHECK(opened.number("file_type") == status.st_mode);
}

#ifdef SYS_creat
TEST_CASE("creat makes a file and says so", "[open]") {
    const Folder folder;
    const std::string path = folder.path("new");
    const Shared<long> result;
    const auto story = capture([&] { *result = raw(SYS_creat, path.c_str(), 0640); });
    const Record& made = story.first("creat", says("name", path));
    CHECK(made.number("fd") == *result);
    CHECK(made.text("resolved") == path);
    CHECK(made.number("mode") == 0640);
    CHECK((made.number("file_flags") & FILE_CREATED) != 0);
}
#endif

TEST_CASE("an open says whether it created the file", "[open]") {
    const Folder folder;
    const std::string path = folder.path("new");
    const auto story = capture([&] {
        open_plainly(path.c_str(), O_CREAT | O_WRONLY);
        open_plainly(path.c_str(), O_CREAT | O_RDWR);
    });
    const Record& first = story.first("openat", counts("flags", O_CREAT | O_WRONLY));
    const Record& second = story.first("openat", counts("flags", O_CREAT | O_RDWR));
    CHECK(first.number("mode") == 0600);
    CHECK((first.number("file_flags") & FILE_CREATED) != 0);
    CHECK((second.number("file_flags") & FILE_CREATED) == 0);
}

TEST_CASE("an open that fails is an event with its errno and the path asked", "[open]") {
    const Way way = GENERATE(from_range(ways()));
    INFO(way.event);
    const Folder folder;
    const std::string file = folder.file("file");
    ::chmod(file.c_str(), 0);
    folder.link("loop", "loop");
    const auto [name, error] = GENERATE(table<std::string, int>({
        {"missing", ENOENT},
        {"missing/file", ENOENT},
        {"file/below", ENOTDIR},
        {"loop", ELOOP},
        {"file", EACCES},
    }));
    const std::string path = folder.path(name);
    INFO(path);
    const bool as_nobody = error == EACCES;
    const auto story = capture([&] {
        must(!as_nobody || ::setuid(65534) == 0, "another user");
        way.open(path.c_str());
    });
    REQUIRE(story.exit_code() == 0);
    const Record& failed = story.first(way.event, says("name", path));
    CHECK(failed.number("fd") == -error);
    CHECK(failed.text("resolved").empty());
    CHECK(failed.header().uid == (as_nobody ? 65534 : ::getuid()));
}

TEST_CASE("a path that cannot be read is an open that failed", "[open]") {
    const auto story = capture([] {
        raw(SYS_openat, AT_FDCWD, 8, O_RDONLY);
        raw(SYS_openat, AT_FDCWD, "", O_RDONLY | O_NOFOLLOW);
    });
    CHECK(story.first("openat", counts("fd", -EFAULT)).text("name").empty());
    CHECK(story.first("openat", counts("flags", O_RDONLY | O_NOFOLLOW)).number("fd") == -ENOENT);
}

TEST_CASE("bytes of a path come as they are", "[open]") {
    const Folder folder;
    const std::string path = folder.file("a b\n\xff\x1b[2J'\"%s");
    const auto story = capture([&] { open_plainly(path.c_str()); });
    CHECK(story.first("openat", says("name", path)).text("resolved") == path);
}

TEST_CASE("flags that make no file of a name", "[open]") {
    const Folder folder;
    const auto story = capture([&] {
        open_plainly(folder.path().c_str(), O_TMPFILE | O_RDWR);
        open_plainly(folder.path().c_str(), O_PATH);
        open_plainly(folder.path().c_str(), O_DIRECTORY);
    });
    const Record& unnamed = story.first("openat", counts("flags", O_TMPFILE | O_RDWR));
    CHECK(unnamed.text("resolved").starts_with(folder.path() + "/"));
    CHECK(story.first("openat", counts("flags", O_PATH)).text("resolved") == folder.path());
    const Record& listed = story.first("openat", counts("flags", O_DIRECTORY));
    CHECK(listed.text("resolved") == folder.path());
    CHECK(S_ISDIR(listed.number("file_type")));
}

TEST_CASE("openat2 says how it was told to resolve", "[open]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const std::string link = folder.link("link", file);
    const auto story = capture([&] {
        openat2(AT_FDCWD, link.c_str(), O_RDONLY, 0, RESOLVE_NO_SYMLINKS);
        const int root = ::open(folder.path().c_str(), O_PATH | O_DIRECTORY);
        openat2(root, "/file", O_RDONLY, 0, RESOLVE_IN_ROOT);
    });
    const Record& refused = story.first("openat2", counts("resolve", RESOLVE_NO_SYMLINKS));
    CHECK(refused.number("fd") == -ELOOP);
    CHECK(refused.text("name") == link);
    const Record& rooted = story.first("openat2", counts("resolve", RESOLVE_IN_ROOT));
    CHECK(rooted.text("name") == "/file");
    CHECK(rooted.text("resolved") == file);
}

#ifdef __x86_64__
TEST_CASE("a 32-bit call is told by its own numbers", "[open]") {
    if (is_blind_to_compat_calls(EVENT_open)) {
        return;
    }
    const Folder folder;
    const std::string path = folder.file("file");
    const Shared<long> opened;
    const Shared<long> opened_at;
    const auto story = capture([&] {
        const uint32_t low = low_copy(path);
        *opened = call_32(kOpen32, low, O_RDONLY);
        *opened_at = call_32(kOpenat32, static_cast<uint32_t>(AT_FDCWD), low, O_RDONLY);
    });
    REQUIRE(*opened >= 0);
    const Record& open = story.first("open", says("name", path));
    CHECK(open.number("fd") == *opened);
    CHECK(open.text("resolved") == path);
    CHECK(open.has(RECORD_COMPAT));
    const Record& openat = story.first("openat", says("name", path));
    CHECK(openat.number("fd") == *opened_at);
    CHECK(openat.number("dirfd") == AT_FDCWD);
    CHECK(openat.has(RECORD_COMPAT));
}

TEST_CASE("a 32-bit call that fails has its errno", "[open]") {
    if (is_blind_to_compat_calls(EVENT_open)) {
        return;
    }
    const Folder folder;
    const std::string path = folder.path("missing");
    const auto story = capture([&] { call_32(kOpen32, low_copy(path), O_RDONLY); });
    CHECK(story.first("open", says("name", path)).number("fd") == -ENOENT);
}

TEST_CASE("a 64-bit call with a number that opens in 32 bits opens nothing", "[open]") {
    const auto story = capture([] {
        struct stat status {};
        raw(SYS_fstat, 0, &status);
    });
    CHECK_FALSE(story.has("open"));
}
#endif
