// Processes that end: when their last thread does, and how.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/shared.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// A thread that has ended has no memory any more, and the kernel says its size is 0.
void wait_for_leader() {
    const std::string path = "/proc/self/task/" + std::to_string(::getpid()) + "/statm";
    const int file = ::open(path.c_str(), O_RDONLY);
    char size = '1';
    while (size != '0') {
        must(::pread(file, &size, 1, 0) == 1, "the leader's size");
    }
}

}  // namespace

TEST_CASE("a process that ends by itself", "[exit]") {
    const int code = GENERATE(0, 1, 255);
    const auto story = capture([&] { ::_exit(code); });
    const Record& ended = story.first("procexit", by(story.actor()));
    CHECK(ended.number("status") == story.status());
    CHECK(ended.number("ret") == code);
    CHECK(ended.number("sig") == 0);
    CHECK(ended.number("core") == 0);
    CHECK(ended.header().lane == LANE_critical);
}

TEST_CASE("a process that a signal ends", "[exit]") {
    const int signal = GENERATE(SIGKILL, SIGTERM, SIGSEGV);
    const auto story = capture([&] {
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        ::raise(signal);
    });
    const Record& ended = story.first("procexit", by(story.actor()));
    CHECK(ended.number("sig") == signal);
    CHECK(ended.number("ret") == 0);
    CHECK((ended.number("status") & 0x7f) == signal);
}

TEST_CASE("the end of a leader is not the end of its process", "[exit]") {
    const Shared<pid_t> last;
    const auto story = capture([&] {
        static constexpr auto act = [](void* told) -> void* {
            wait_for_leader();
            *static_cast<pid_t*>(told) = static_cast<pid_t>(::syscall(SYS_gettid));
            ::open("/nowhere/after-the-leader", O_RDONLY);
            ::syscall(SYS_exit, 7);
            return nullptr;
        };
        pthread_t thread;
        pthread_create(&thread, nullptr, act, &*last);
        ::syscall(SYS_exit, 3);
    });
    const Record& act = story.first("openat", says("name", "/nowhere/after-the-leader"));
    CHECK(static_cast<pid_t>(act.header().pid) == story.actor());
    CHECK(static_cast<pid_t>(act.header().tid) == *last);

    const auto ends = story.all("procexit", by(story.actor()));
    REQUIRE(ends.size() == 1);
    CHECK(static_cast<pid_t>(ends[0]->header().tid) == *last);
    CHECK(ends[0]->number("status") == story.status());
    CHECK(ends[0]->header().start_time == act.header().start_time);
}

TEST_CASE("the end of a thread is not the end of its process", "[exit]") {
    const auto story = capture([] {
        pthread_t thread;
        pthread_create(
            &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
        pthread_join(thread, nullptr);
        ::open("/nowhere/after-the-thread", O_RDONLY);
    });
    CHECK(story.has("openat", says("name", "/nowhere/after-the-thread")));
    CHECK(story.all("procexit", by(story.actor())).size() == 1);
}

TEST_CASE("exit_group in a thread ends them all, once", "[exit]") {
    const auto story = capture([] {
        pthread_t thread;
        pthread_create(
            &thread, nullptr, [](void*) -> void* { ::_exit(9); }, nullptr);
        for (;;) {
            ::pause();
        }
    });
    const auto ends = story.all("procexit", by(story.actor()));
    REQUIRE(ends.size() == 1);
    CHECK(ends[0]->number("ret") == 9);
    CHECK(ends[0]->number("status") == story.status());
}
