#include "tests/kernel/support/actor.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdio>

namespace saker::kernel_tests {
namespace {

/// The test framework catches these to report a crash of the test; an actor's end is none.
void forget_signal_handlers() {
    for (const int number : {SIGINT, SIGILL, SIGFPE, SIGSEGV, SIGTERM, SIGABRT}) {
        ::signal(number, SIG_DFL);
    }
}

[[noreturn]] void perform(const Act& act, int cue) {
    forget_signal_handlers();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    char word = 0;
    if (::read(cue, &word, 1) != 1) {
        ::_exit(kRefused);
    }
    ::close(cue);
    act();
    while (::wait(nullptr) > 0 || errno == EINTR) {
    }
    ::_exit(0);
}

}  // namespace

Actor::Actor(const Act& act) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    std::fflush(nullptr);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
        ::close(ends[1]);
        perform(act, ends[0]);
    }
    ::close(ends[0]);
    cue_ = ends[1];
}

Actor::~Actor() {
    if (cue_ >= 0) {
        ::close(cue_);
    }
    if (!status_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

void Actor::go() {
    REQUIRE(::write(cue_, "", 1) == 1);
    ::close(cue_);
    cue_ = -1;
}

int Actor::wait() {
    int status = 0;
    REQUIRE(::waitpid(pid_, &status, 0) == pid_);
    status_ = status;
    return status;
}

int Actor::run() {
    go();
    return wait();
}

void must(bool done, const char* what) {
    if (!done) {
        std::perror(what);
        ::_exit(kRefused);
    }
}

}  // namespace saker::kernel_tests
