// Who made whom: the process table fed by a real kernel, while processes try to hide their origin.
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "engine/sequence_watch.h"
#include "engine/state/state.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/program.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

constexpr const char* kMark = "/nowhere/lineage";
constexpr const char* kOtherMark = "/nowhere/lineage too";

void mark(const char* path = kMark) {
    ::open(path, O_RDONLY);
}

/// The kernel's signal of a parent's death comes when the child has another.
void wait_until_orphaned(pid_t by) {
    sigset_t death;
    ::sigemptyset(&death);
    ::sigaddset(&death, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &death, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGUSR1);
    int number = 0;
    if (::getppid() == by)
        ::sigwait(&death, &number);
}

void reap(pid_t child) {
    must(::waitpid(child, nullptr, 0) > 0, "waiting for a child");
}

/// What a process's ancestors were, when it acted.
struct Origin {
    std::vector<uint32_t> pids;  // itself first
    std::vector<uint64_t> starts;
    std::vector<bool> running;
    uint32_t session = 0;
    bool knows_leader = false;
    std::string path;
};

Origin origin_of(const Process& process) {
    Origin origin;
    origin.session = process.sid;
    origin.path = process.program->path;
    for (const Process* at = &process; at; at = at->parent) {
        origin.pids.push_back(at->pid);
        origin.starts.push_back(at->start_time);
        origin.running.push_back(at->is_running());
        origin.knows_leader = origin.knows_leader || at->pid == process.sid;
    }
    return origin;
}

/// A watched world: everything the kernel says goes into a State.
class World {
  public:
    explicit World(size_t bytes = size_t{64} << 20)
        : watch_(only({EVENT_openat, EVENT_execve})),
          state_(this_host(), {.process_bytes = bytes}) {
        for (const Record& record : watch_.drain())
            state_.observe(record.event());
    }

    /// Lets it act; then what is known of who made the mark, at that moment.
    Origin origin(const Act& act, const char* path = kMark) {
        Actor actor(act);
        actor_ = static_cast<uint32_t>(actor.pid());
        story_ = watch_.follow(actor);
        REQUIRE(story_.exit_code() == 0);
        std::optional<Origin> found;
        for (const Record& record : story_.records()) {
            const Process& process = state_.observe(record.event());
            if (record.name() == "openat" && record.text("name") == path)
                found = origin_of(process);
            if (path == kOtherMark && record.name() == "openat" && record.text("name") == kMark)
                first_ = origin_of(process);
            most_bytes_ = std::max(most_bytes_, state_.processes().counts().bytes);
        }
        REQUIRE(found);
        return *found;
    }

    uint32_t actor() const { return actor_; }
    const Origin& first() const { return first_; }
    const Story& story() const { return story_; }
    uint64_t most_bytes() const { return most_bytes_; }
    const ProcessCounts& counts() const { return state_.processes().counts(); }
    const Process* running(uint32_t pid) const { return state_.processes().running(pid); }

  private:
    Watch watch_;
    State state_;
    Story story_;
    Origin first_;
    uint32_t actor_ = 0;
    uint64_t most_bytes_ = 0;
};

}  // namespace

TEST_CASE("a daemon that forked twice is still its maker's, and so is its session", "[lineage]") {
    World world;
    const Shared<pid_t> middle;
    const Origin origin = world.origin([&] {
        const pid_t child = ::fork();
        if (child == 0) {
            ::setsid();
            *middle = ::getpid();
            if (::fork() == 0) {
                wait_until_orphaned(*middle);
                mark();
            }
            ::_exit(0);
        }
        reap(child);
    });
    REQUIRE(origin.pids.size() > 2);
    CHECK(origin.pids[1] == static_cast<uint32_t>(*middle));
    CHECK_FALSE(origin.running[1]);
    CHECK(origin.pids[2] == world.actor());
    CHECK(origin.session == static_cast<uint32_t>(*middle));
    CHECK(origin.knows_leader);
}

TEST_CASE("lineage is as deep as it was made, though all in between are dead", "[lineage]") {
    constexpr int kDepth = 60;
    World world;
    const Origin origin = world.origin([] {
        for (int depth = 0; depth < kDepth; ++depth) {
            const pid_t me = ::getpid();
            const pid_t child = ::fork();
            must(child >= 0, "a fork");
            if (child != 0) {
                if (depth == 0)
                    return;  // the actor waits for all of them
                ::_exit(0);
            }
            if (depth > 0)
                wait_until_orphaned(me);
        }
        mark();
        ::_exit(0);
    });
    REQUIRE(origin.pids.size() > kDepth);
    CHECK(origin.pids[kDepth] == world.actor());
}

TEST_CASE("a thread that execs is the process it was in", "[lineage]") {
    World world;
    const Folder folder;
    install(exiting_program(), folder.path("program"));
    const std::string path = folder.path("program");
    const Shared<pid_t> child;
    world.origin([&] {
        const pid_t born = ::fork();
        if (born == 0) {
            std::thread([&] {
                char* words[] = {nullptr};
                ::execve(path.c_str(), words, words);
            }).join();
            ::_exit(kRefused);
        }
        *child = born;
        reap(born);
        mark();
    });
    const Record& exec = world.story().first("execve", says("trusted_exepath", path));
    CHECK(exec.header().pid == static_cast<uint32_t>(*child));
    CHECK(exec.number("ptid") == static_cast<int64_t>(world.actor()));
    CHECK(world.counts().unknown <= 1);  // the actor: who watches is not told of its own children
    CHECK(world.running(static_cast<uint32_t>(*child)) == nullptr);
}

TEST_CASE("a vfork's child, and one in a pid namespace of its own, come from their maker",
          "[lineage]") {
    World world;
    const uint64_t flags = GENERATE(as<uint64_t>{}, CLONE_VFORK, CLONE_NEWPID, 0);
    INFO("clone flags " << flags);
    const Shared<long> child;
    const Origin origin = world.origin([&] {
        const long born = clone3(flags, SIGCHLD);
        must(born >= 0, "clone3");
        if (born == 0) {
            mark();
            ::_exit(0);
        }
        *child = born;
        reap(static_cast<pid_t>(born));
    });
    CHECK(origin.pids[0] == static_cast<uint32_t>(*child));
    CHECK(origin.pids[1] == world.actor());
}

TEST_CASE("a child made for one's own parent is the parent's", "[lineage]") {
    World world;
    const Shared<pid_t> brother;
    const Origin origin = world.origin([&] {
        const pid_t child = ::fork();
        if (child == 0) {
            if (clone3(CLONE_PARENT, 0) == 0) {
                *brother = ::getpid();
                mark();
            }
            ::_exit(0);
        }
        reap(child);
    });
    CHECK(origin.pids[0] == static_cast<uint32_t>(*brother));
    CHECK(origin.pids[1] == world.actor());
}

TEST_CASE("a pid used again is another process, to the children of both", "[lineage]") {
    World world;
    const Shared<pid_t> reused;
    const Shared<pid_t> orphan;
    const auto again = [&] {
        clone_args arguments{};
        arguments.exit_signal = SIGCHLD;
        arguments.set_tid = reinterpret_cast<uint64_t>(&*reused);
        arguments.set_tid_size = 1;
        return ::syscall(SYS_clone3, &arguments, sizeof arguments);
    };
    const Origin second = world.origin(
        [&] {
            const pid_t born = ::fork();
            if (born == 0) {
                const pid_t me = ::getpid();
                if (::fork() == 0) {
                    *orphan = ::getpid();
                    wait_until_orphaned(me);
                    mark();
                }
                ::_exit(0);
            }
            reap(born);
            *reused = born;
            const long reborn = again();
            if (reborn == 0) {
                mark(kOtherMark);
                ::_exit(0);
            }
            must(reborn == born, "the same pid again");
            reap(born);
        },
        kOtherMark);
    const Origin& first = world.first();
    REQUIRE(first.pids.size() > 2);
    CHECK(first.pids[0] == static_cast<uint32_t>(*orphan));
    CHECK(first.pids[1] == static_cast<uint32_t>(*reused));
    CHECK(second.pids[0] == static_cast<uint32_t>(*reused));
    CHECK(first.starts[1] < second.starts[0]);
    CHECK(second.pids[1] == world.actor());
}

TEST_CASE("a fork bomb stays in its budget, and the next program has its true ancestors",
          "[lineage]") {
    constexpr size_t kBudget = 256 << 10;
    constexpr int kBomb = 1500;
    constexpr int kTogether = 100;
    World world(kBudget);
    const Folder folder;
    install(exiting_program(), folder.path("program"));
    const std::string path = folder.path("program");
    const Shared<pid_t> last;
    const Origin origin = world.origin([&] {
        for (int left = kBomb; left > 0; left -= kTogether) {
            for (int each = 0; each < kTogether; ++each) {
                const pid_t child = ::fork();
                must(child >= 0, "a fork");
                if (child == 0)
                    ::_exit(0);
            }
            for (int each = 0; each < kTogether; ++each)
                reap(-1);
        }
        const pid_t middle = ::fork();
        if (middle == 0) {
            const pid_t child = ::fork();
            if (child == 0) {
                *last = ::getpid();
                mark();
                char* words[] = {nullptr};
                ::execve(path.c_str(), words, words);
                ::_exit(kRefused);
            }
            reap(child);
            ::_exit(0);
        }
        reap(middle);
    });
    CHECK(world.counts().evicted > kBomb / 4);
    CHECK(world.most_bytes() < kBudget + (64 << 10));
    CHECK(origin.pids[0] == static_cast<uint32_t>(*last));
    CHECK(origin.pids[2] == world.actor());
    CHECK(world.story().has("execve", says("trusted_exepath", path)));
}

namespace {

/// Counts what goes by, and keeps the table as the daemon does.
struct StormWatcher final : RecordSink {
    void take(std::span<const std::byte> record) override {
        const auto event = Event::parse(record);
        REQUIRE(event);
        if (!event->has(RECORD_SNAPSHOT))
            missing += sequences.observe(event->header());
        state.observe(*event);
        execs += event->id() == EVENT_execve && !event->has(RECORD_SNAPSHOT) &&
                 event->number<"res">().value_or(-1) == 0;
        last_exit = event->id() == EVENT_procexit ? event->header().pid : last_exit;
    }
    State state{this_host()};
    SequenceWatch sequences;
    int64_t missing = 0;
    int64_t execs = 0;
    uint32_t last_exit = 0;
};

}  // namespace

TEST_CASE("a storm of programs as fast as the machine can: every one is seen or counted as lost",
          "[storm]") {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::seconds kStorm{60};
    const Folder folder;
    install(exiting_program(), folder.path("program"));
    const std::string path = folder.path("program");
    Watch watch(only({EVENT_execve}));
    StormWatcher watcher;
    const Shared<int64_t> started;
    Actor actor([&] {
        char* words[] = {nullptr};
        const auto end = Clock::now() + kStorm;
        while (Clock::now() < end) {
            const pid_t child = ::fork();
            if (child == 0) {
                ::execve(path.c_str(), words, words);
                ::_exit(kRefused);
            }
            reap(child);
            ++*started;
        }
    });
    REQUIRE(watch.source().poll(watcher, 0));
    actor.go();
    const auto deadline = Clock::now() + 3 * kStorm;
    while (watcher.last_exit != static_cast<uint32_t>(actor.pid()) && Clock::now() < deadline)
        REQUIRE(watch.source().poll(watcher, 50));
    uint64_t lost = 0;
    for (const RecordLoss& loss : watch.source().losses())
        lost += loss.count;
    WARN(*started << " programs, " << lost << " records lost, "
                  << watcher.state.processes().counts().rows << " rows at the end");
    CHECK(watcher.missing <= static_cast<int64_t>(lost));
    CHECK(watcher.execs <= *started);
    CHECK(watcher.execs + static_cast<int64_t>(lost) >= *started);
    CHECK(watcher.state.processes().running(static_cast<uint32_t>(actor.pid())) == nullptr);
    if (lost == 0)
        CHECK(watcher.execs == *started);
}
