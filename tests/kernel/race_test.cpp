// A thread changes the argument of another's call while the kernel works on it.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// Asleep in the kernel, which for a thread that only opens means: within the open.
bool sleeps(pid_t thread) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string facts;
    std::getline(file, facts);
    const size_t end = facts.rfind(')');
    return end != std::string::npos && facts.compare(end, 3, ") S") == 0;
}

/// Opens a pipe that has no writer yet; while that waits, its name in memory becomes another.
void change_the_name_meanwhile(const std::string& pipe, const std::string& other) {
    char name[256] = {};
    std::strcpy(name, pipe.c_str());
    std::atomic<pid_t> opener{0};
    std::thread opening([&] {
        opener = static_cast<pid_t>(::syscall(SYS_gettid));
        raw(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
    });
    while (opener == 0 || !sleeps(opener)) {
        std::this_thread::yield();
    }
    std::memcpy(name, other.c_str(), other.size() + 1);
    ::close(::open(pipe.c_str(), O_WRONLY | O_CLOEXEC));
    opening.join();
}

KernelOptions asking_twice() {
    KernelOptions options = only({EVENT_openat});
    options.asked_twice = true;
    return options;
}

}  // namespace

TEST_CASE("a name changed while its file is opened is told", "[race]") {
    const Folder folder;
    const std::string pipe = folder.path("pipe");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const std::string other = folder.file(GENERATE(as<std::string>(), "same", "much-longer-name"));
    const auto act = [&] { change_the_name_meanwhile(pipe, other); };
    SECTION("when somebody asks") {
        Watch watch(asking_twice());
        const auto hooks = watch.source().hooks();
        CHECK(std::ranges::any_of(hooks, [](const HookReport& report) {
            return report.chosen == "tp_btf/sys_enter" && report.proven;
        }));
        const auto story = watch.capture(act);
        const Record& opened = story.first("openat", says("name", other));
        CHECK(opened.text("resolved") == pipe);
        CHECK(opened.has(RECORD_TOCTOU));
        const Record& writer = story.first("openat", says("name", pipe));
        CHECK_FALSE(writer.has(RECORD_TOCTOU));
    }
    SECTION("and costs nothing when nobody does") {
        Watch watch(only({EVENT_openat}));
        for (const HookReport& report : watch.source().hooks()) {
            CHECK(report.chosen != "tp_btf/sys_enter");
        }
    }
}

TEST_CASE("names nobody changes are as asked, however long", "[race]") {
    const Folder folder;
    folder.link("link", "file");
    const std::string file = folder.file("file");
    Watch watch(asking_twice());
    std::vector<std::string> names{file, folder.path("link"), folder.path("missing")};
    for (size_t length = 1; length < 40; ++length) {
        names.push_back(folder.path("") + std::string(length, 'x'));
    }
    names.push_back(std::string(4000, '/') + file.substr(1));
    const auto story = watch.capture([&] {
        for (const std::string& name : names) {
            raw(SYS_openat, AT_FDCWD, name.c_str(), O_RDONLY | O_CLOEXEC);
        }
    });
    for (const std::string& name : names) {
        CHECK_FALSE(story.first("openat", says("name", name)).has(RECORD_TOCTOU));
    }
}
