// Directories, links, owners, attributes, mounts and descriptors.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/network.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// What a relative name started from, and the object where a hook told of it.
void check_place(const Record& record, const std::string& directory, const std::string& path) {
    CHECK(record.text("directory") == directory);
    const std::string resolved = record.text("resolved");
    CHECK((resolved.empty() ? record.has(RECORD_UNRESOLVED) : resolved == path));
}

void enter(const std::string& folder) {
    must(::chdir(folder.c_str()) == 0, "the folder");
}

int opened(const std::string& path, int flags = O_PATH | O_DIRECTORY) {
    const int made = ::open(path.c_str(), flags | O_CLOEXEC);
    must(made >= 0, "a descriptor");
    return made;
}

}  // namespace

TEST_CASE("directories are made and removed", "[files]") {
    const Folder folder;
    const Shared<int> descriptor;
    const std::string gone = folder.path("missing/deeper");
    const auto story = capture([&] {
        enter(folder.path());
        *descriptor = opened(folder.path());
#ifdef SYS_mkdir
        raw(SYS_mkdir, "one", 0750);
        raw(SYS_rmdir, "one");
        raw(SYS_rmdir, "one");
#endif
        raw(SYS_mkdirat, *descriptor, "two", 0700);
        raw(SYS_mkdirat, AT_FDCWD, gone.c_str(), 0711);
    });
#ifdef SYS_mkdir
    const Record& made = story.first("mkdir", says("path", "one"));
    CHECK(made.number("res") == 0);
    CHECK(made.number("mode") == 0750);
    check_place(made, folder.path(), folder.path("one"));
    const Record& removed = story.first("rmdir", says("path", "one"), counts("res", 0));
    check_place(removed, folder.path(), folder.path("one"));
    CHECK(story.has("rmdir", says("path", "one"), counts("res", -ENOENT)));
#endif
    const Record& two = story.first("mkdirat", says("path", "two"));
    CHECK(two.number("res") == 0);
    CHECK(two.number("dirfd") == *descriptor);
    CHECK(two.number("mode") == 0700);
    check_place(two, folder.path(), folder.path("two"));
    const Record& failed = story.first("mkdirat", says("path", gone));
    CHECK(failed.number("res") == -ENOENT);
    CHECK(failed.number("dirfd") == AT_FDCWD);
    CHECK(failed.text("directory").empty());
}

TEST_CASE("a file gets one more name", "[files]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const Shared<int> descriptor;
    const auto story = capture([&] {
        enter(folder.path());
        *descriptor = opened(folder.path());
#ifdef SYS_link
        raw(SYS_link, file.c_str(), "second");
#endif
        raw(SYS_linkat, AT_FDCWD, "file", *descriptor, "third", AT_SYMLINK_FOLLOW);
        raw(SYS_linkat, AT_FDCWD, "file", *descriptor, "third", 0);
    });
#ifdef SYS_link
    const Record& plain = story.first("link", says("oldpath", file));
    CHECK(plain.number("res") == 0);
    CHECK(plain.text("newpath") == "second");
    CHECK(plain.text("old_directory").empty());
    CHECK(plain.text("new_directory") == folder.path());
#endif
    const Record& linked = story.first("linkat", counts("res", 0));
    CHECK(linked.number("olddir") == AT_FDCWD);
    CHECK(linked.text("oldpath") == "file");
    CHECK(linked.number("newdir") == *descriptor);
    CHECK(linked.text("newpath") == "third");
    CHECK(linked.number("flags") == AT_SYMLINK_FOLLOW);
    CHECK(linked.text("old_directory") == folder.path());
    CHECK(linked.text("new_directory") == folder.path());
    CHECK(story.has("linkat", counts("res", -EEXIST)));
}

TEST_CASE("a symbolic link is made", "[files]") {
    const Folder folder;
    const Shared<int> descriptor;
    const auto story = capture([&] {
        enter(folder.path());
        *descriptor = opened(folder.path());
#ifdef SYS_symlink
        raw(SYS_symlink, "/etc/shadow", "link");
#endif
        raw(SYS_symlinkat, "../target", *descriptor, "other");
        raw(SYS_symlinkat, "../target", *descriptor, "other");
    });
#ifdef SYS_symlink
    const Record& plain = story.first("symlink", says("linkpath", "link"));
    CHECK(plain.number("res") == 0);
    CHECK(plain.text("target") == "/etc/shadow");
    check_place(plain, folder.path(), folder.path("link"));
#endif
    const Record& made = story.first("symlinkat", counts("res", 0));
    CHECK(made.text("target") == "../target");
    CHECK(made.number("linkdirfd") == *descriptor);
    CHECK(made.text("linkpath") == "other");
    check_place(made, folder.path(), folder.path("other"));
    CHECK(story.has("symlinkat", counts("res", -EEXIST)));
}

TEST_CASE("pipes and devices are made by name", "[files]") {
    const Folder folder;
    const dev_t null = ::makedev(1, 3);
    const auto story = capture([&] {
        enter(folder.path());
#ifdef SYS_mknod
        raw(SYS_mknod, "pipe", S_IFIFO | 0600, 0);
#endif
        raw(SYS_mknodat, AT_FDCWD, "missing/null", S_IFCHR | 0666, null);
    });
#ifdef SYS_mknod
    const Record& pipe = story.first("mknod", says("path", "pipe"));
    CHECK(pipe.number("res") == 0);
    CHECK(pipe.number("mode") == (S_IFIFO | 0600));
    check_place(pipe, folder.path(), folder.path("pipe"));
#endif
    const Record& device = story.first("mknodat", says("path", "missing/null"));
    CHECK(device.number("res") == -ENOENT);
    CHECK(device.number("dirfd") == AT_FDCWD);
    CHECK(device.number("mode") == (S_IFCHR | 0666));
    CHECK(device.number("dev") == static_cast<int64_t>(null));
}

TEST_CASE("a file changes its owner", "[files]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const std::string missing = folder.path("missing");
    const Shared<int> descriptor;
    const auto story = capture([&] {
        enter(folder.path());
#ifdef SYS_chown
        raw(SYS_chown, file.c_str(), 1, 2);
        raw(SYS_lchown, missing.c_str(), 3, 4);
#endif
        *descriptor = opened(file, O_RDONLY);
        raw(SYS_fchown, *descriptor, 5, -1);
        raw(SYS_fchownat, AT_FDCWD, "file", 7, 8, AT_SYMLINK_NOFOLLOW);
    });
#ifdef SYS_chown
    const Record& plain = story.first("chown", says("path", file));
    CHECK(plain.number("res") == 0);
    CHECK(plain.number("uid") == 1);
    CHECK(plain.number("gid") == 2);
    const Record& of_link = story.first("lchown", says("path", missing));
    CHECK(of_link.number("res") == -ENOENT);
    CHECK(of_link.number("uid") == 3);
    CHECK(of_link.number("gid") == 4);
#endif
    const Record& by_descriptor = story.first("fchown");
    CHECK(by_descriptor.number("res") == 0);
    CHECK(by_descriptor.number("fd") == *descriptor);
    CHECK(by_descriptor.number("uid") == 5);
    CHECK(by_descriptor.number("gid") == 0xffffffff);
    CHECK(by_descriptor.text("resolved") == file);
    const Record& relative = story.first("fchownat", says("pathname", "file"));
    CHECK(relative.number("res") == 0);
    CHECK(relative.number("dirfd") == AT_FDCWD);
    CHECK(relative.number("uid") == 7);
    CHECK(relative.number("gid") == 8);
    CHECK(relative.number("flags") == AT_SYMLINK_NOFOLLOW);
    check_place(relative, folder.path(), file);
}

TEST_CASE("a file is cut and stretched", "[files]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const Shared<int> descriptor;
    const auto story = capture([&] {
        raw(SYS_truncate, file.c_str(), 5'000'000'000L);
        *descriptor = opened(file, O_RDWR);
        raw(SYS_ftruncate, *descriptor, 7L);
        raw(SYS_ftruncate, *descriptor, -7L);
    });
    const Record& stretched = story.first("truncate", says("path", file));
    CHECK(stretched.number("res") == 0);
    CHECK(stretched.number("length") == 5'000'000'000);
    const Record& cut = story.first("ftruncate", counts("length", 7));
    CHECK(cut.number("res") == 0);
    CHECK(cut.number("fd") == *descriptor);
    CHECK(cut.text("resolved") == file);
    CHECK(story.has("ftruncate", counts("length", -7), counts("res", -EINVAL)));
}

TEST_CASE("extended attributes are set and removed", "[files]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const Shared<int> descriptor;
    const auto story = capture([&] {
        enter(folder.path());
        *descriptor = opened(file, O_RDWR);
        raw(SYS_setxattr, "file", "trusted.a", "value", 5L, XATTR_CREATE);
        raw(SYS_lsetxattr, file.c_str(), "bad", "v", 1L, 0);
        raw(SYS_fsetxattr, *descriptor, "trusted.b", "xyz", 3L, XATTR_REPLACE);
        raw(SYS_removexattr, file.c_str(), "trusted.none");
        raw(SYS_lremovexattr, file.c_str(), "trusted.none");
        raw(SYS_fremovexattr, *descriptor, "trusted.none");
    });
    const Record& set = story.first("setxattr", says("path", "file"));
    CHECK(set.text("attribute") == "trusted.a");
    CHECK(set.number("size") == 5);
    CHECK(set.number("flags") == XATTR_CREATE);
    CHECK(set.text("directory") == folder.path());
    CHECK(story.first("lsetxattr", says("path", file)).text("attribute") == "bad");
    CHECK(story.first("lsetxattr", says("path", file)).number("res") == -EOPNOTSUPP);
    const Record& by_descriptor = story.first("fsetxattr", says("attribute", "trusted.b"));
    CHECK(by_descriptor.number("fd") == *descriptor);
    CHECK(by_descriptor.number("res") < 0);
    CHECK(by_descriptor.number("size") == 3);
    CHECK(by_descriptor.number("flags") == XATTR_REPLACE);
    CHECK(by_descriptor.text("resolved") == file);
    for (const char* event : {"removexattr", "lremovexattr", "fremovexattr"}) {
        INFO(event);
        CHECK(story.first(event, says("attribute", "trusted.none")).number("res") < 0);
    }
}

TEST_CASE("filesystems are mounted, moved and unmounted", "[files]") {
    static constexpr long kMoveMount = 429;
    static constexpr int kFromEmpty = 4;
    const Folder folder;
    const std::string place = folder.folder("place");
    const auto story = capture([&] {
        must(::unshare(CLONE_NEWNS) == 0, "a mount namespace");
        must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "privacy");
        enter(folder.path());
        raw(SYS_mount, "saker-test", "place", "tmpfs", MS_NOSUID | MS_NODEV, 0L);
        raw(SYS_umount2, place.c_str(), MNT_DETACH);
        raw(SYS_umount2, "missing", 0);
        raw(kMoveMount, -1, "", AT_FDCWD, "place", kFromEmpty);
        raw(SYS_pivot_root, "place", "missing");
    });
    const Record& mounted = story.first("mount", says("dev", "saker-test"));
    CHECK(mounted.number("res") == 0);
    CHECK(mounted.text("dir") == "place");
    CHECK(mounted.text("type") == "tmpfs");
    CHECK(mounted.number("flags") == (MS_NOSUID | MS_NODEV));
    CHECK(mounted.text("directory") == folder.path());
    const Record& gone = story.first("umount2", says("name", place));
    CHECK(gone.number("res") == 0);
    CHECK(gone.number("flags") == MNT_DETACH);
    CHECK(story.first("umount2", says("name", "missing")).number("res") == -ENOENT);
    CHECK(story.first("umount2", says("name", "missing")).text("directory") == folder.path());
    const Record& moved = story.first("move_mount");
    CHECK(moved.number("res") < 0);
    CHECK(moved.number("olddirfd") == -1);
    CHECK(moved.number("newdirfd") == AT_FDCWD);
    CHECK(moved.text("newpath") == "place");
    CHECK(moved.number("flags") == kFromEmpty);
    const Record& pivoted = story.first("pivot_root");
    CHECK(pivoted.number("res") < 0);
    CHECK(pivoted.text("new_root") == "place");
    CHECK(pivoted.text("put_old") == "missing");
}

TEST_CASE("a process changes where it stands", "[files]") {
    const Folder folder;
    const std::string inner = folder.folder("inner");
    const Shared<int> descriptor;
    const auto story = capture([&] {
        *descriptor = opened(folder.path());
        raw(SYS_chdir, inner.c_str());
        raw(SYS_chdir, "..");
        raw(SYS_chdir, "missing");
        raw(SYS_fchdir, *descriptor);
        raw(SYS_chroot, "inner");
    });
    CHECK(story.first("chdir", says("path", inner)).text("resolved") == inner);
    const Record& up = story.first("chdir", says("path", ".."));
    CHECK(up.number("res") == 0);
    CHECK(up.text("resolved") == folder.path());
    const Record& failed = story.first("chdir", says("path", "missing"));
    CHECK(failed.number("res") == -ENOENT);
    CHECK(failed.text("resolved").empty());
    const Record& by_descriptor = story.first("fchdir");
    CHECK(by_descriptor.number("res") == 0);
    CHECK(by_descriptor.number("fd") == *descriptor);
    CHECK(by_descriptor.text("resolved") == folder.path());
    const Record& rooted = story.first("chroot", says("path", "inner"));
    CHECK(rooted.number("res") == 0);
    CHECK(rooted.text("resolved") == inner);
}

TEST_CASE("a file is opened by its handle", "[files]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const Shared<int> mount;
    const Shared<long> result;
    struct {
        file_handle handle;
        unsigned char room[128];
    } named{};
    named.handle.handle_bytes = sizeof named.room;
    int mount_id = 0;
    const bool has_handle =
        ::name_to_handle_at(AT_FDCWD, file.c_str(), &named.handle, &mount_id, 0) == 0;
    const auto story = capture([&] {
        *mount = opened(folder.path(), O_RDONLY);
        *result = raw(SYS_open_by_handle_at, *mount, &named.handle, O_RDONLY | O_CLOEXEC);
    });
    const Record& by_handle = story.first("open_by_handle_at");
    CHECK(by_handle.number("mountfd") == *mount);
    CHECK(by_handle.number("flags") == (O_RDONLY | O_CLOEXEC));
    CHECK(by_handle.number("fd") == *result);
    if (has_handle && *result >= 0) {
        CHECK(by_handle.text("path") == file);
        CHECK(by_handle.number("ino") != 0);
    } else {
        WARN("this filesystem gives no handles: the path is not tested");
    }
}

TEST_CASE("descriptors are duplicated and closed", "[files]") {
    static constexpr int kChosen = 200;
    const Folder folder;
    const std::string file = folder.file("file");
    const Shared<int> plain;
    const Shared<int> copy;
    const Shared<int> socket;
    const auto story = capture([&] {
        *plain = opened(file, O_RDONLY);
        *copy = static_cast<int>(raw(SYS_dup, *plain));
        *socket = new_socket(AF_INET, SOCK_DGRAM);
#ifdef SYS_dup2
        raw(SYS_dup2, *socket, kChosen);
#endif
        raw(SYS_dup3, *socket, kChosen + 1, O_CLOEXEC);
        raw(SYS_dup3, -1, kChosen + 1, 0);
        raw(SYS_close, *copy);
        raw(SYS_close, *copy);
        raw(SYS_close_range, kChosen, kChosen + 1, 0);
    });
    const Record& duplicated = story.first("dup", counts("oldfd", *plain));
    CHECK(duplicated.number("res") == *copy);
    CHECK(duplicated.text("resolved") == file);
    CHECK(duplicated.number("domain") == 0);
#ifdef SYS_dup2
    const Record& chosen = story.first("dup2", counts("oldfd", *socket));
    CHECK(chosen.number("res") == kChosen);
    CHECK(chosen.number("newfd") == kChosen);
    CHECK(chosen.number("domain") == AF_INET);
    CHECK(chosen.number("type") == SOCK_DGRAM);
    CHECK(chosen.number("socket_ino") != 0);
#endif
    const Record& third = story.first("dup3", counts("oldfd", *socket));
    CHECK(third.number("newfd") == kChosen + 1);
    CHECK(third.number("flags") == O_CLOEXEC);
    CHECK(story.first("dup3", counts("oldfd", -1)).number("res") == -EBADF);
    CHECK(story.has("close", counts("fd", *copy), counts("res", 0)));
    CHECK(story.has("close", counts("fd", *copy), counts("res", -EBADF)));
    const Record& range = story.first("close_range");
    CHECK(range.number("res") == 0);
    CHECK(range.number("first") == kChosen);
    CHECK(range.number("last") == kChosen + 1);
    CHECK(range.number("flags") == 0);
}

TEST_CASE("data move without passing through the process", "[files]") {
    struct Ends {
        int in, out, pipe[2];
        uint64_t inode;
    };
    const Folder folder;
    const std::string from = folder.file("from");
    const std::string to = folder.file("to");
    const Shared<Ends> ends;
    const auto story = capture([&] {
        ends->in = opened(from, O_RDWR);
        ends->out = opened(to, O_RDWR);
        must(::write(ends->in, "0123456789", 10) == 10, "some bytes");
        off_t start = 2;
        off_t goal = 1;
        raw(SYS_sendfile, ends->out, ends->in, &start, 3L);
        start = 4;
        raw(SYS_copy_file_range, ends->in, &start, ends->out, &goal, 5L, 0);
        raw(SYS_pipe2, ends->pipe, O_CLOEXEC);
        struct stat status {};
        ::fstat(ends->pipe[0], &status);
        ends->inode = status.st_ino;
        start = 0;
        raw(SYS_splice, ends->in, &start, ends->pipe[1], 0L, 6L, SPLICE_F_MOVE);
        raw(SYS_pipe2, ends->pipe, -1);
    });
    const Record& sent = story.first("sendfile");
    CHECK(sent.number("res") == 3);
    CHECK(sent.number("offset") == 5);
    CHECK(sent.number("out_fd") == ends->out);
    CHECK(sent.number("in_fd") == ends->in);
    CHECK(sent.number("size") == 3);
    const Record& copied = story.first("copy_file_range");
    CHECK(copied.number("fdin") == ends->in);
    CHECK(copied.number("fdout") == ends->out);
    CHECK(copied.number("len") == 5);
    CHECK(copied.number("offin") == 4 + std::max<int64_t>(copied.number("res"), 0));
    CHECK(copied.number("offout") == 1 + std::max<int64_t>(copied.number("res"), 0));
    const Record& piped = story.first("pipe2", counts("res", 0));
    CHECK(piped.number("fd1") == ends->pipe[0]);
    CHECK(piped.number("fd2") == ends->pipe[1]);
    CHECK(piped.number("ino") == static_cast<int64_t>(ends->inode));
    CHECK(piped.number("flags") == O_CLOEXEC);
    CHECK(story.has("pipe2", counts("res", -EINVAL)));
    const Record& spliced = story.first("splice");
    CHECK(spliced.number("res") == 6);
    CHECK(spliced.number("fd_in") == ends->in);
    CHECK(spliced.number("fd_out") == ends->pipe[1]);
    CHECK(spliced.number("size") == 6);
    CHECK(spliced.number("flags") == SPLICE_F_MOVE);
}

TEST_CASE("what may be done with a file is asked", "[files]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const auto story = capture([&] {
        enter(folder.path());
#ifdef SYS_access
        raw(SYS_access, "file", R_OK | W_OK);
#endif
        raw(SYS_faccessat, AT_FDCWD, "missing", F_OK);
    });
    REQUIRE(story.exit_code() == 0);
#ifdef SYS_access
    const Record& asked = story.first("access", says("name", "file"));
    CHECK(asked.number("res") == 0);
    CHECK(asked.number("mode") == (R_OK | W_OK));
    CHECK(asked.text("directory") == folder.path());
#endif
    const Record& missing = story.first("faccessat", says("name", "missing"));
    CHECK(missing.number("res") == -ENOENT);
    CHECK(missing.number("dirfd") == AT_FDCWD);
    CHECK(missing.text("directory") == folder.path());
}

TEST_CASE("a device is told something of its own", "[files]") {
    const Shared<int> null;
    const auto story = capture([&] {
        *null = opened("/dev/null", O_RDWR);
        raw(SYS_ioctl, *null, 0x5412L, "x");  // TIOCSTI
    });
    REQUIRE(story.exit_code() == 0);
    const Record& told = story.first("ioctl", counts("request", 0x5412));
    CHECK(told.number("res") == -ENOTTY);
    CHECK(told.number("fd") == *null);
    CHECK(told.text("resolved") == "/dev/null");
}
