// What the kernel asks its security modules about names, attributes and mounts.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"
#include "tests/kernel/support/uring.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

void enter(const std::string& folder) {
    must(::chdir(folder.c_str()) == 0, "the folder");
}

int64_t inode_of(const std::string& path) {
    struct stat status {};
    must(::lstat(path.c_str(), &status) == 0, "an inode");
    return static_cast<int64_t>(status.st_ino);
}

}  // namespace

TEST_CASE("names about to be removed are told as they are", "[security]") {
    if (is_blind(EVENT_path_unlink) || is_blind(EVENT_path_rmdir)) {
        return;
    }
    const Folder folder;
    const std::string file = folder.file("file");
    const std::string inner = folder.folder("inner");
    const int64_t inode = inode_of(file);
    const auto story = capture([&] {
        enter(folder.path());
        raw(SYS_unlinkat, AT_FDCWD, "inner/../file", 0);
        raw(SYS_unlinkat, AT_FDCWD, "inner", AT_REMOVEDIR);
        raw(SYS_unlinkat, AT_FDCWD, "missing", 0);  // the kernel has nothing to ask about
    });
    REQUIRE(story.exit_code() == 0);
    const Record& gone = story.first("path_unlink", says("resolved", file));
    CHECK(gone.number("ino") == inode);
    CHECK((gone.number("file_type") & S_IFMT) == S_IFREG);
    CHECK(gone.header().via == VIA_syscall);
    CHECK(story.has("path_rmdir", says("resolved", inner)));
    CHECK_FALSE(story.has("path_unlink", says("resolved", folder.path("missing"))));
}

TEST_CASE("a name removed through io_uring is the one the kernel removes", "[security]") {
    if (is_blind(EVENT_path_unlink) || !Uring::is_there()) {
        return;
    }
    const Folder folder;
    const std::string file = folder.file("file");
    folder.folder("inner");
    const std::string asked = folder.path("inner/../file");
    const auto story = capture([&] {
        Uring ring;
        must(ring.perform(name_request(IORING_OP_UNLINKAT, AT_FDCWD, asked.c_str())) == 0,
             "a removal");
    });
    REQUIRE(story.exit_code() == 0);
    const Record& gone = story.first("path_unlink", says("resolved", file));
    CHECK(gone.header().via == VIA_io_uring);
    CHECK(static_cast<pid_t>(gone.header().pid) == story.actor());
}

TEST_CASE("names about to be made are told where they will be", "[security]") {
    if (is_blind(EVENT_path_mkdir) || is_blind(EVENT_path_mknod) || is_blind(EVENT_path_symlink)) {
        return;
    }
    const Folder folder;
    folder.folder("inner");
    const auto story = capture([&] {
        enter(folder.path());
        ::umask(0);
        raw(SYS_mkdirat, AT_FDCWD, "inner/../made", 0751);
        raw(SYS_mknodat, AT_FDCWD, "inner/null", S_IFCHR | 0640, ::makedev(1, 3));
        raw(SYS_symlinkat, "/etc/shadow", AT_FDCWD, "inner/link");
    });
    REQUIRE(story.exit_code() == 0);
    const Record& made = story.first("path_mkdir", says("resolved", folder.path("made")));
    CHECK(made.number("mode") == 0751);
    CHECK(made.number("ino") == 0);
    const Record& device = story.first("path_mknod", says("resolved", folder.path("inner/null")));
    CHECK(device.number("mode") == (S_IFCHR | 0640));
    CHECK(device.number("rdev") != 0);
    const Record& link = story.first("path_symlink", says("resolved", folder.path("inner/link")));
    CHECK(link.text("target") == "/etc/shadow");
}

TEST_CASE("of a name changed, or one more, both are told", "[security]") {
    if (is_blind(EVENT_path_rename) || is_blind(EVENT_path_link)) {
        return;
    }
    const Folder folder;
    const std::string file = folder.file("file");
    folder.folder("inner");
    const int64_t inode = inode_of(file);
    const auto story = capture([&] {
        enter(folder.path());
        raw(SYS_linkat, AT_FDCWD, "file", AT_FDCWD, "inner/second", 0);
        raw(SYS_renameat2, AT_FDCWD, "inner/../file", AT_FDCWD, "inner/third", 0);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& linked = story.first("path_link", says("resolved_old", file));
    CHECK(linked.text("resolved_new") == folder.path("inner/second"));
    CHECK(linked.number("ino") == inode);
    const Record& renamed = story.first("path_rename", says("resolved_old", file));
    CHECK(renamed.text("resolved_new") == folder.path("inner/third"));
    CHECK(renamed.number("ino") == inode);
}

TEST_CASE("permissions, owners and lengths about to change", "[security]") {
    if (is_blind(EVENT_path_chmod) || is_blind(EVENT_path_chown) || is_blind(EVENT_path_truncate)) {
        return;
    }
    const Folder folder;
    const std::string file = folder.file("file");
    const std::string link = folder.link("link", "file");
    const auto story = capture([&] {
        const int opened = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
        raw(SYS_fchmod, opened, 04711);
        raw(SYS_fchownat, AT_FDCWD, link.c_str(), 1234, -1, 0);
        raw(SYS_truncate, link.c_str(), 3L);
    });
    REQUIRE(story.exit_code() == 0);
    CHECK(story.first("path_chmod", says("resolved", file)).number("mode") == 04711);
    const Record& owned = story.first("path_chown", says("resolved", file));
    CHECK(owned.number("uid") == 1234);
    CHECK(owned.number("gid") == UINT32_MAX);
    CHECK(story.has("path_truncate", says("resolved", file)));
}

TEST_CASE("attributes about to change, by the file's inode", "[security]") {
    if (is_blind(EVENT_inode_setattr) || is_blind(EVENT_inode_setxattr)) {
        return;
    }
    const Folder folder;
    const std::string file = folder.file("file");
    const int64_t inode = inode_of(file);
    const auto story = capture([&] {
        raw(SYS_fchmodat, AT_FDCWD, file.c_str(), 0604);
        raw(SYS_truncate, file.c_str(), 2L);
        raw(SYS_setxattr, file.c_str(), "user.saker", "value", 5L, 0);
    });
    REQUIRE(story.exit_code() == 0);
    constexpr int64_t kMode = 1, kSize = 8;  // ATTR_MODE, ATTR_SIZE
    const auto sets = [](int64_t bit) {
        return [bit](const Record& record) { return (record.number("valid") & bit) != 0; };
    };
    const Record& mode = story.first("inode_setattr", counts("ino", inode), sets(kMode));
    CHECK((mode.number("mode") & 07777) == 0604);
    CHECK(mode.text("resolved").empty());
    CHECK_THAT(mode.text("filesystem_path"), Catch::EndsWith("/file"));
    CHECK(story.first("inode_setattr", counts("ino", inode), sets(kSize)).number("size") == 2);
    const Record& attribute = story.first("inode_setxattr", counts("ino", inode));
    CHECK(attribute.text("attribute") == "user.saker");
    CHECK(attribute.number("size") == 5);
}

TEST_CASE("filesystems about to be mounted and unmounted", "[security]") {
    if (is_blind(EVENT_sb_mount) || is_blind(EVENT_sb_umount)) {
        return;
    }
    const Folder folder;
    const std::string place = folder.folder("place");
    folder.link("link", "place");
    const auto story = capture([&] {
        must(::unshare(CLONE_NEWNS) == 0, "a mount namespace");
        must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "privacy");
        enter(folder.path());
        raw(SYS_mount, "saker-test", "link", "tmpfs", MS_NOSUID, 0L);
        raw(SYS_umount2, "link", MNT_DETACH);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& mounted = story.first("sb_mount", says("source", "saker-test"));
    CHECK(mounted.text("resolved") == place);
    CHECK(mounted.text("type") == "tmpfs");
    CHECK(mounted.number("flags") == MS_NOSUID);
    CHECK(mounted.header().lane == LANE_critical);
    const Record& gone = story.first("sb_umount", says("resolved", place));
    CHECK(gone.number("flags") == MNT_DETACH);
}
