// Which file it really was, whatever it was called: links, roots, mounts, names that are gone.
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <thread>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

long open_at(int directory, const char* path, int flags = O_RDONLY) {
    return raw(SYS_openat, directory, path, flags, 0600);
}

void enter_own_mounts() {
    must(::unshare(CLONE_NEWNS) == 0, "a mount namespace");
    must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "mounts of one's own");
}

/// Opens a fifo for writing once this thread sleeps in the open for reading, and before that puts
/// an innocent name where the one asked for was.
struct Swap {
    explicit Swap(const std::string& fifo) : reader(static_cast<pid_t>(::syscall(SYS_gettid))) {
        std::strcpy(name, fifo.c_str());
        thread = std::thread([this, fifo] { act(fifo); });
    }

    void act(const std::string& fifo) {
        while (state_of_reader() != 'S') {
        }
        std::strcpy(name, "/nowhere/innocent");
        ::open(fifo.c_str(), O_WRONLY);
    }

    char state_of_reader() const {
        std::ifstream file("/proc/self/task/" + std::to_string(reader) + "/stat");
        std::string text;
        std::getline(file, text);
        const size_t name_end = text.rfind(") ");
        return name_end == std::string::npos ? '?' : text[name_end + 2];
    }

    char name[256] = "";
    pid_t reader;
    std::thread thread;
};

/// Makes this mount the root of the namespace, as container runtimes do.
void make_root(const std::string& mount) {
    must(::chdir(mount.c_str()) == 0, "the new root");
    if (::syscall(SYS_pivot_root, ".", ".") == 0) {
        must(::umount2(".", MNT_DETACH) == 0, "the old root away");
        return;
    }
    // A root in initial memory cannot be pivoted away, only covered.
    must(::mount(".", "/", nullptr, MS_MOVE, nullptr) == 0, "the new root over the old");
    must(::chroot(".") == 0, "the new root");
}

}  // namespace

TEST_CASE("one file by all its names", "[path]") {
    const Folder folder;
    const std::string file = folder.file("file");
    folder.folder("sub");
    folder.link("link", "file");
    folder.link("chain", "sub/../link");
    folder.link("linked", ".");
    const std::string asked = folder.fill(GENERATE(values<std::string>({
        "@/link",
        "@/chain",
        "@/linked/file",
        "/proc/self/root@/file",
        "/proc/self/cwd@/file",
        "//@/file",
        "@/sub/../file",
        "@/./././file",
    })));
    INFO(asked);
    const auto story = capture([&] {
        must(::chdir("/") == 0, "the root");
        open_at(AT_FDCWD, asked.c_str());
    });
    const Record& opened = story.first("openat", says("name", asked));
    REQUIRE(opened.number("fd") >= 0);
    CHECK(opened.text("resolved") == file);
}

TEST_CASE("a relative name comes with what it starts from", "[path]") {
    const Folder folder;
    const std::string file = folder.file("file");
    folder.folder("sub");
    const auto [name, error] =
        GENERATE(table<std::string, int>({{"../file", 0}, {"../missing", ENOENT}}));
    SECTION("the working directory") {
        const auto story = capture([&, name = name] {
            must(::chdir(folder.path("sub").c_str()) == 0, "the folder");
            open_at(AT_FDCWD, name.c_str());
        });
        const Record& opened = story.first("openat", says("name", name));
        CHECK(opened.number("dirfd") == AT_FDCWD);
        CHECK(opened.text("resolved") == (error ? "" : file));
        CHECK(opened.text("directory") == folder.path("sub"));
    }
    SECTION("a directory's descriptor") {
        const Shared<int> directory;
        const auto story = capture([&, name = name] {
            must(::chdir("/") == 0, "the root");
            *directory = ::open(folder.path("sub").c_str(), O_PATH | O_DIRECTORY);
            open_at(*directory, name.c_str());
        });
        const Record& opened = story.first("openat", says("name", name));
        CHECK(opened.number("dirfd") == *directory);
        CHECK(opened.text("resolved") == (error ? "" : file));
        CHECK(opened.text("directory") == folder.path("sub"));
    }
}

TEST_CASE("an absolute name starts from nothing else", "[path]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const auto story = capture([&] {
        const int directory = ::open("/", O_PATH | O_DIRECTORY);
        open_at(directory, file.c_str());
    });
    CHECK(story.first("openat", says("name", file)).text("directory").empty());
}

TEST_CASE("a directory's descriptor that is none fails, and the name is kept", "[path]") {
    const auto story = capture([] { open_at(999, "file"); });
    const Record& failed = story.first("openat", counts("dirfd", 999));
    CHECK(failed.number("fd") == -EBADF);
    CHECK(failed.text("name") == "file");
}

TEST_CASE("a chroot hides nothing", "[path]") {
    const Folder folder;
    const std::string file = folder.file("secret");
    const auto story = capture([&] {
        must(::chroot(folder.path().c_str()) == 0 && ::chdir("/") == 0, "another root");
        open_at(AT_FDCWD, "/secret");
        open_at(AT_FDCWD, "missing");
    });
    REQUIRE(story.exit_code() == 0);
    CHECK(story.first("openat", says("name", "/secret")).text("resolved") == file);
    CHECK(story.first("openat", says("name", "missing")).text("directory") == folder.path());
}

TEST_CASE("in a container paths read as in the container", "[path]") {
    const Folder folder;
    const std::string root = folder.folder("root");
    const auto story = capture([&] {
        enter_own_mounts();
        must(::mount("saker", root.c_str(), "tmpfs", 0, nullptr) == 0, "a file system");
        make_root(root);
        open_at(AT_FDCWD, "/inside", O_CREAT | O_WRONLY);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& opened = story.first("openat", says("name", "/inside"));
    REQUIRE(opened.number("fd") >= 0);
    CHECK(opened.text("resolved") == "/inside");
}

TEST_CASE("a bind mount keeps the path inside its file system too", "[path]") {
    const Folder folder;
    folder.folder("original");
    folder.file("original/file");
    const std::string seen = folder.folder("seen");
    const Shared<long> result;
    const auto story = capture([&] {
        enter_own_mounts();
        must(::mount(folder.path("original").c_str(), seen.c_str(), nullptr, MS_BIND, nullptr) == 0,
             "a bind mount");
        *result = open_at(AT_FDCWD, (seen + "/file").c_str());
    });
    REQUIRE(story.exit_code() == 0);
    REQUIRE(*result >= 0);
    const Record& opened = story.first("openat", says("name", seen + "/file"));
    CHECK(opened.text("resolved") == seen + "/file");
    CHECK_THAT(opened.text("filesystem_path"), Catch::EndsWith("/original/file"));
}

TEST_CASE("a file on a mount of its own is named past the mount", "[path]") {
    const Folder folder;
    const std::string mounted = folder.folder("mounted");
    const auto story = capture([&] {
        enter_own_mounts();
        must(::mount("saker", mounted.c_str(), "tmpfs", 0, nullptr) == 0, "a file system");
        open_at(AT_FDCWD, (mounted + "/file").c_str(), O_CREAT | O_WRONLY);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& opened = story.first("openat", says("name", mounted + "/file"));
    CHECK(opened.text("resolved") == mounted + "/file");
    CHECK(opened.text("filesystem_path").empty());
    CHECK_FALSE(opened.has(RECORD_TRUNCATED));
}

TEST_CASE("an overlay's upper layer is told from its lower", "[path]") {
    const Folder folder;
    const std::string root = folder.folder("root");
    const auto story = capture([&] {
        enter_own_mounts();
        must(::mount("saker", root.c_str(), "tmpfs", 0, nullptr) == 0, "a file system");
        for (const char* part : {"/lower", "/upper", "/work", "/merged"}) {
            must(::mkdir((root + part).c_str(), 0755) == 0, part);
        }
        must(::creat((root + "/lower/old").c_str(), 0644) >= 0, "a file below");
        const std::string layers =
            "lowerdir=" + root + "/lower,upperdir=" + root + "/upper,workdir=" + root + "/work";
        if (::mount("saker", (root + "/merged").c_str(), "overlay", 0, layers.c_str()) != 0) {
            ::_exit(kRefused);
        }
        open_at(AT_FDCWD, (root + "/merged/old").c_str());
        open_at(AT_FDCWD, (root + "/merged/new").c_str(), O_CREAT | O_WRONLY);
    });
    if (story.exit_code() == kRefused) {
        WARN("this kernel has no overlay: not tested");
        return;
    }
    const Record& below = story.first("openat", says("name", root + "/merged/old"));
    CHECK((below.number("file_flags") & FILE_LOWER_LAYER) != 0);
    CHECK((below.number("file_flags") & FILE_UPPER_LAYER) == 0);
    const Record& above = story.first("openat", says("name", root + "/merged/new"));
    CHECK((above.number("file_flags") & FILE_UPPER_LAYER) != 0);
    CHECK(above.text("resolved") == root + "/merged/new");
}

TEST_CASE("a file that has no name any more keeps its last one", "[path]") {
    const Folder folder;
    const std::string file = folder.file("file");
    const Shared<int> held;
    const auto story = capture([&] {
        *held = ::open(file.c_str(), O_RDONLY);
        ::unlink(file.c_str());
        open_at(AT_FDCWD, ("/proc/self/fd/" + std::to_string(*held)).c_str());
    });
    const Record& again =
        story.first("openat", says("name", "/proc/self/fd/" + std::to_string(*held)));
    REQUIRE(again.number("fd") >= 0);
    CHECK(again.text("resolved") == file);
    CHECK((again.number("file_flags") & FILE_DELETED) != 0);
}

TEST_CASE("a file in memory says what it is", "[path]") {
    const Shared<int> held;
    const auto story = capture([&] {
        *held = ::memfd_create("saker-memory", 0);
        open_at(AT_FDCWD, ("/proc/self/fd/" + std::to_string(*held)).c_str());
    });
    const Record& again =
        story.first("openat", says("name", "/proc/self/fd/" + std::to_string(*held)));
    CHECK_THAT(again.text("resolved"), Catch::Contains("memfd:saker-memory"));
    CHECK((again.number("file_flags") & FILE_MEMFD) != 0);
}

TEST_CASE("a name changed behind the kernel's back hides no file", "[path]") {
    const Folder folder;
    const std::string fifo = folder.path("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const auto story = capture([&] {
        Swap swap(fifo);
        open_at(AT_FDCWD, swap.name);  // waits for a writer, long after it has read the name
        swap.thread.join();
    });
    REQUIRE(story.exit_code() == 0);
    const Record& opened = story.first("openat", says("name", "/nowhere/innocent"));
    REQUIRE(opened.number("fd") >= 0);
    CHECK(opened.text("resolved") == fifo);
    CHECK_FALSE(opened.has(RECORD_UNRESOLVED));
}

TEST_CASE("a long path is whole", "[path]") {
    const Folder folder;
    std::string path = folder.path();
    while (path.size() < 3700) {
        path += "/" + std::string(200, 'd');
        REQUIRE(::mkdir(path.c_str(), 0755) == 0);
    }
    path += "/file";
    const auto story = capture([&] { open_at(AT_FDCWD, path.c_str(), O_CREAT | O_WRONLY); });
    const Record& opened = story.first("openat", says("name", path));
    REQUIRE(opened.number("fd") >= 0);
    CHECK(opened.text("resolved") == path);
    CHECK_FALSE(opened.has(RECORD_TRUNCATED));
}

TEST_CASE("a path longer or deeper than can be told keeps its tail and says so", "[path]") {
    const auto [width, depth] = GENERATE(table<size_t, int>({{250, 20}, {1, 200}}));
    const Folder folder;
    const std::string step(width, 'd');
    const auto story = capture([&, depth = depth] {
        must(::chdir(folder.path().c_str()) == 0, "the folder");
        for (int i = 0; i < depth; ++i) {
            must(::mkdir(step.c_str(), 0755) == 0 && ::chdir(step.c_str()) == 0, "a folder");
        }
        open_at(AT_FDCWD, "deep-file", O_CREAT | O_WRONLY);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& opened = story.first("openat", says("name", "deep-file"));
    REQUIRE(opened.number("fd") >= 0);
    CHECK_THAT(opened.text("resolved"), Catch::EndsWith("/" + step + "/deep-file"));
    const bool is_whole = opened.text("resolved").starts_with(folder.path() + "/");
    CHECK(opened.has(RECORD_TRUNCATED) != is_whole);
}
