// Names that are removed and changed, and permissions.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

std::string joined(const std::string& directory, const std::string& name) {
    return name.starts_with('/') ? name : directory + "/" + name;
}

/// The path of the object acted on. Where no hook knows the object the record says so, and
/// directory and name together tell it.
std::string place(const Record& record, const char* resolved, const char* directory,
                  const char* name) {
    if (!record.text(resolved).empty()) {
        return record.text(resolved);
    }
    return record.has(RECORD_UNRESOLVED) ? joined(record.text(directory), record.text(name)) : "";
}

int open_directory(const std::string& path) {
    const int opened = ::open(path.c_str(), O_PATH | O_DIRECTORY);
    must(opened >= 0, "a directory");
    return opened;
}

}  // namespace

TEST_CASE("a name is removed", "[names]") {
    const Folder folder;
    const std::string file = folder.file("file");
    SECTION("by its whole path") {
#ifdef SYS_unlink
        const auto story = capture([&] { raw(SYS_unlink, file.c_str()); });
        const Record& removed = story.first("unlink", says("path", file));
        CHECK(removed.number("res") == 0);
        CHECK(removed.text("directory").empty());
        CHECK(place(removed, "resolved", "directory", "path") == file);
#endif
    }
    SECTION("from the working directory") {
        const auto story = capture([&] {
            must(::chdir(folder.path().c_str()) == 0, "the folder");
            raw(SYS_unlinkat, AT_FDCWD, "file", 0);
        });
        const Record& removed = story.first("unlinkat", says("name", "file"));
        CHECK(removed.number("res") == 0);
        CHECK(removed.number("dirfd") == AT_FDCWD);
        CHECK(removed.text("directory") == folder.path());
        CHECK(place(removed, "resolved", "directory", "name") == file);
    }
    SECTION("from a directory's descriptor") {
        const Shared<int> directory;
        const auto story = capture([&] {
            *directory = open_directory(folder.path());
            raw(SYS_unlinkat, *directory, "file", 0);
        });
        const Record& removed = story.first("unlinkat", says("name", "file"));
        CHECK(removed.number("dirfd") == *directory);
        CHECK(removed.text("directory") == folder.path());
        CHECK(place(removed, "resolved", "directory", "name") == file);
    }
}

TEST_CASE("a directory is removed", "[names]") {
    const Folder folder;
    const std::string sub = folder.folder("sub");
    const auto story = capture([&] { raw(SYS_unlinkat, AT_FDCWD, sub.c_str(), AT_REMOVEDIR); });
    const Record& removed = story.first("unlinkat", says("name", sub));
    CHECK(removed.number("res") == 0);
    CHECK(removed.number("flags") == AT_REMOVEDIR);
}

TEST_CASE("a name that cannot be removed", "[names]") {
    const Folder folder;
    const std::string missing = folder.path("missing");
    const auto story = capture([&] {
        raw(SYS_unlinkat, AT_FDCWD, missing.c_str(), 0);
        raw(SYS_unlinkat, AT_FDCWD, folder.path().c_str(), 0);
    });
    CHECK(story.first("unlinkat", says("name", missing)).number("res") == -ENOENT);
    CHECK(story.first("unlinkat", says("name", folder.path())).number("res") == -EISDIR);
}

TEST_CASE("a name is changed", "[names]") {
    const Folder folder;
    const std::string from = folder.file("from");
    const std::string to = folder.path("to");
    struct stat status {};
    REQUIRE(::stat(from.c_str(), &status) == 0);
    struct Way {
        const char* event;
        long (*rename)(const char*, const char*);
    };
    const auto way = GENERATE(values<Way>({
#ifdef SYS_rename
        {"rename", [](const char* a, const char* b) { return raw(SYS_rename, a, b); }},
#endif
        {"renameat",
         [](const char* a, const char* b) { return raw(SYS_renameat, AT_FDCWD, a, AT_FDCWD, b); }},
        {"renameat2",
         [](const char* a, const char* b) {
             return raw(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, RENAME_NOREPLACE);
         }},
    }));
    INFO(way.event);
    const auto story = capture([&] { way.rename(from.c_str(), to.c_str()); });
    const Record& changed = story.first(way.event, says("oldpath", from));
    CHECK(changed.number("res") == 0);
    CHECK(changed.text("newpath") == to);
    CHECK(place(changed, "resolved_old", "old_directory", "oldpath") == from);
    CHECK(place(changed, "resolved_new", "new_directory", "newpath") == to);
    if (changed.number("ino") != 0) {
        CHECK(changed.number("ino") == static_cast<int64_t>(status.st_ino));
    }
    if (std::string_view(way.event) == "renameat2") {
        CHECK(changed.number("flags") == RENAME_NOREPLACE);
    }
}

TEST_CASE("a name moves from directory to directory", "[names]") {
    const Folder folder;
    folder.folder("old");
    folder.folder("new");
    const std::string from = folder.file("old/file");
    const Shared<int> directory;
    const auto story = capture([&] {
        must(::chdir(folder.path("new").c_str()) == 0, "the folder");
        *directory = open_directory(folder.path("old"));
        raw(SYS_renameat2, *directory, "file", AT_FDCWD, "moved", 0);
    });
    const Record& changed = story.first("renameat2", says("oldpath", "file"));
    CHECK(changed.number("res") == 0);
    CHECK(changed.number("olddirfd") == *directory);
    CHECK(changed.number("newdirfd") == AT_FDCWD);
    CHECK(changed.text("old_directory") == folder.path("old"));
    CHECK(changed.text("new_directory") == folder.path("new"));
    CHECK(place(changed, "resolved_old", "old_directory", "oldpath") == from);
    CHECK(place(changed, "resolved_new", "new_directory", "newpath") == folder.path("new/moved"));
}

TEST_CASE("a name that cannot be changed", "[names]") {
    const Folder folder;
    const std::string missing = folder.path("missing");
    const std::string to = folder.file("there");
    const auto story = capture([&] {
        raw(SYS_renameat2, AT_FDCWD, missing.c_str(), AT_FDCWD, to.c_str(), 0);
        raw(SYS_renameat2, AT_FDCWD, to.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
    });
    CHECK(story.first("renameat2", says("oldpath", missing)).number("res") == -ENOENT);
    CHECK(story.first("renameat2", says("oldpath", to)).number("res") == -EEXIST);
}

TEST_CASE("permissions are changed by name", "[names]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const std::string link = folder.link("link", "file");
#ifdef SYS_chmod
    SECTION("chmod, through a link") {
        const auto story = capture([&] { raw(SYS_chmod, link.c_str(), 04711); });
        const Record& changed = story.first("chmod", says("filename", link));
        CHECK(changed.number("res") == 0);
        CHECK(changed.number("mode") == 04711);
        if (!changed.has(RECORD_UNRESOLVED)) {
            CHECK(changed.text("resolved") == file);
        }
    }
#endif
    SECTION("fchmodat, from the working directory") {
        const auto story = capture([&] {
            must(::chdir(folder.path().c_str()) == 0, "the folder");
            raw(SYS_fchmodat, AT_FDCWD, "file", 0600);
        });
        const Record& changed = story.first("fchmodat", says("filename", "file"));
        CHECK(changed.number("res") == 0);
        CHECK(changed.number("mode") == 0600);
        CHECK(changed.text("directory") == folder.path());
        CHECK(place(changed, "resolved", "directory", "filename") == file);
    }
    SECTION("fchmodat, from a directory's descriptor") {
        const Shared<int> directory;
        const auto story = capture([&] {
            *directory = open_directory(folder.path());
            raw(SYS_fchmodat, *directory, "file", 0640);
        });
        const Record& changed = story.first("fchmodat", says("filename", "file"));
        CHECK(changed.number("dirfd") == *directory);
        CHECK(changed.text("directory") == folder.path());
        CHECK(place(changed, "resolved", "directory", "filename") == file);
    }
    SECTION("a name that is not there") {
        const std::string missing = folder.path("missing");
        const auto story = capture([&] { raw(SYS_fchmodat, AT_FDCWD, missing.c_str(), 0600); });
        CHECK(story.first("fchmodat", says("filename", missing)).number("res") == -ENOENT);
    }
}

TEST_CASE("fchmodat2 has flags", "[names]") {
    constexpr long kFchmodat2 = 452;
    const Folder folder;
    const std::string file = folder.file("file");
    const Shared<long> result;
    const auto story = capture(
        [&] { *result = raw(kFchmodat2, AT_FDCWD, file.c_str(), 0600, AT_SYMLINK_NOFOLLOW); });
    if (*result == -ENOSYS) {
        WARN("this kernel has no fchmodat2: not tested");
        return;
    }
    const Record& changed = story.first("fchmodat2", says("filename", file));
    CHECK(changed.number("res") == 0);
    CHECK(changed.number("flags") == AT_SYMLINK_NOFOLLOW);
    CHECK(changed.number("mode") == 0600);
}

TEST_CASE("permissions are changed by descriptor", "[names]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const Shared<int> held;
    const auto story = capture([&] {
        *held = ::open(file.c_str(), O_RDONLY);
        raw(SYS_fchmod, *held, 0604);
        raw(SYS_fchmod, 999, 0604);
    });
    const Record& changed = story.first("fchmod", counts("fd", *held));
    CHECK(changed.number("res") == 0);
    CHECK(changed.number("mode") == 0604);
    CHECK(changed.text("resolved") == file);
    CHECK(story.first("fchmod", counts("fd", 999)).number("res") == -EBADF);
}
