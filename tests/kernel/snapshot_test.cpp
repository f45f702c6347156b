// Processes that are older than the source.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/program.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// A program that waits, started before any source; killed and reaped with the object.
class Elder {
  public:
    explicit Elder(const Folder& folder) : path_(folder.path("elder")) {
        install(waiting_program(), path_);
        int started[2];
        REQUIRE(::pipe2(started, O_CLOEXEC) == 0);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            must(::chdir(folder.path().c_str()) == 0, "the folder");
            const char* words[] = {"old name", "one", "two 2", nullptr};
            ::execve(path_.c_str(), const_cast<char**>(words), nullptr);
            ::_exit(kRefused);
        }
        ::close(started[1]);
        char nothing = 0;
        ::read(started[0], &nothing, 1);  // ends when the exec closed the other end
        ::close(started[0]);
    }
    ~Elder() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Elder(const Elder&) = delete;
    Elder& operator=(const Elder&) = delete;

    pid_t pid() const { return pid_; }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
    pid_t pid_ = -1;
};

const Record& snapshot_of(const std::vector<Record>& records, pid_t pid) {
    const auto found = std::ranges::find_if(records, [&](const Record& record) {
        return record.is_snapshot() && static_cast<pid_t>(record.header().pid) == pid;
    });
    if (found == records.end()) {
        FAIL("process " << pid << " is not among the " << records.size() << " records");
    }
    return *found;
}

KernelOptions opens(bool with_iterators) {
    KernelOptions options = only({EVENT_openat});
    options.without_iterators = !with_iterators;
    return options;
}

}  // namespace

TEST_CASE("a process older than the source is known", "[snapshot]") {
    const Folder folder;
    const Elder elder(folder);
    const bool with_iterators = GENERATE(true, false);
    INFO("with task iterators " << with_iterators);
    Watch watch(opens(with_iterators));
    CHECK(watch.source().snapshot_hook().empty() == !with_iterators);
    const auto records = watch.drain();
    const Record& known = snapshot_of(records, elder.pid());
    CHECK(known.name() == "execve");
    CHECK(known.text("exe") == "old name");
    CHECK(known.strings("args") == std::vector<std::string>{"one", "two 2"});
    CHECK(known.text("trusted_exepath") == elder.path());
    CHECK(known.text("cwd") == folder.path());
    CHECK(known.number("ptid") == ::getpid());
    CHECK(known.event().comm() == "elder");
    CHECK(known.number("kernel_thread") == 0);
    CHECK(known.header().uid == ::getuid());
    CHECK_FALSE(known.text("cgroups").empty());
    CHECK(known.header().cgroup != 0);
    CHECK(known.header().mount_namespace != 0);
    CHECK(known.header().pid_namespace != 0);
}

TEST_CASE("all ancestors are known, in scope or not, but for the watching process", "[snapshot]") {
    const bool with_iterators = GENERATE(true, false);
    INFO("with task iterators " << with_iterators);
    Watch watch(opens(with_iterators));
    CHECK(watch.source().snapshot_hook().empty() == !with_iterators);
    const auto records = watch.drain();
    pid_t next = ::getppid();
    for (int generations = 0; next > 1 && generations < 64; ++generations) {
        next = static_cast<pid_t>(snapshot_of(records, next).number("ptid"));
    }
    CHECK(next <= 1);
}

TEST_CASE("a process has one identity in snapshot and events", "[snapshot]") {
    Actor actor([] { ::open("/nowhere/elder", O_RDONLY); });
    Watch watch(only({EVENT_openat}));
    const auto records = watch.drain();
    const Record& known = snapshot_of(records, actor.pid());
    const uint64_t start = known.header().start_time;
    const uint32_t programs = known.header().exec_id;
    const auto story = watch.follow(actor);
    const Record& act = story.first("openat", says("name", "/nowhere/elder"));
    CHECK(act.header().start_time == start);
    CHECK(act.header().exec_id == programs);
    CHECK(story.first("procexit", by(actor.pid())).header().start_time == start);
}

TEST_CASE("without a task iterator /proc says the same, but for what it does not know",
          "[snapshot]") {
    const Folder folder;
    const Elder elder(folder);
    Watch with(opens(true));
    const auto by_kernel = with.drain();
    Watch without(opens(false));
    const auto by_proc = without.drain();
    const Record& one = snapshot_of(by_kernel, elder.pid());
    const Record& other = snapshot_of(by_proc, elder.pid());
    for (const char* number :
         {"ptid", "pvpid", "pgid", "vpgid", "sid", "vsid", "tty", "loginuid", "cap_permitted",
          "cap_effective", "exe_ino", "exe_ino_mtime", "stdin_type", "kernel_thread"}) {
        INFO(number);
        CHECK(one.number(number) == other.number(number));
    }
    for (const char* text : {"exe", "trusted_exepath", "cwd", "cgroups"}) {
        INFO(text);
        CHECK(one.text(text) == other.text(text));
    }
    CHECK(one.header().cgroup == other.header().cgroup);
    CHECK(one.header().vpid == other.header().vpid);
    constexpr uint64_t kTick = 10'000'000;
    CHECK(one.header().start_time / kTick * kTick == other.header().start_time);
}
