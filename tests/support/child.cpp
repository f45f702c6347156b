#include "tests/support/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace saker::support {
namespace {

using Clock = std::chrono::steady_clock;

void close_if_open(int& fd) {
    if (fd >= 0)
        ::close(std::exchange(fd, -1));
}

bool readable_before(int fd, Clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now()).count();
        pollfd waited{fd, POLLIN, 0};
        const int ready = ::poll(&waited, 1, left > 0 ? static_cast<int>(left) : 0);
        if (ready > 0)
            return true;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

int exit_status(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

[[noreturn]] void become(char* const* words, int input, int out, int err, Child::Prepare prepare) {
    ::dup2(input, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    ::signal(SIGPIPE, SIG_DFL);
    if (prepare && !prepare())
        ::_exit(126);
    ::execvp(words[0], words);
    ::_exit(127);
}

}  // namespace

Lines::Lines(Lines&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), held_(std::move(other.held_)), ended_(other.ended_) {}

Lines& Lines::operator=(Lines&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(held_, other.held_);
    std::swap(ended_, other.ended_);
    return *this;
}

Lines::~Lines() {
    close_if_open(fd_);
}

bool Lines::fill(Clock::time_point deadline) {
    if (fd_ < 0 || ended_ || !readable_before(fd_, deadline))
        return false;
    std::array<char, 65536> block;
    const ssize_t size = ::read(fd_, block.data(), block.size());
    if (size <= 0) {
        ended_ = true;
        return false;
    }
    held_.append(block.data(), static_cast<size_t>(size));
    return true;
}

std::optional<std::string> Lines::next(Milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    size_t end = held_.find('\n');
    while (end == std::string::npos) {
        const size_t searched = held_.size();
        if (!fill(deadline))
            return std::nullopt;
        end = held_.find('\n', searched);
    }
    std::string line = held_.substr(0, end);
    held_.erase(0, end + 1);
    return line;
}

std::string Lines::rest(Milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    while (fill(deadline)) {
    }
    return std::exchange(held_, {});
}

Child::Child(pid_t pid, int input, int out, int err)
    : pid_(pid),
      pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
      input_(input),
      out_(out),
      err_(err) {}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)),
      input_(std::exchange(other.input_, -1)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      status_(other.status_) {}

Child::~Child() {
    close_if_open(input_);
    if (pid_ > 0 && !status_) {
        ::kill(pid_, SIGKILL);
        wait(Milliseconds(10'000));
    }
    close_if_open(pidfd_);
}

Result<Child> Child::start(const std::vector<std::string>& words, Prepare prepare) {
    ::signal(SIGPIPE, SIG_IGN);
    std::array<std::array<int, 2>, 3> pipes{{{-1, -1}, {-1, -1}, {-1, -1}}};
    for (auto& pair : pipes)
        if (::pipe2(pair.data(), O_CLOEXEC))
            return Error{std::strerror(errno)}.within("pipe for " + words[0]);
    std::vector<char*> pointers;
    for (const std::string& word : words)
        pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);

    const pid_t pid = ::fork();
    if (pid < 0)
        return Error{std::strerror(errno)}.within("fork for " + words[0]);
    if (pid == 0)
        become(pointers.data(), pipes[0][0], pipes[1][1], pipes[2][1], prepare);
    ::close(pipes[0][0]);
    ::close(pipes[1][1]);
    ::close(pipes[2][1]);
    return Child(pid, pipes[0][1], pipes[1][0], pipes[2][0]);
}

bool Child::say(const std::string& line) {
    const std::string whole = line + "\n";
    return ::write(input_, whole.data(), whole.size()) == static_cast<ssize_t>(whole.size());
}

void Child::close_input() {
    close_if_open(input_);
}

void Child::signal(int number) const {
    if (pid_ > 0 && !status_)
        ::kill(pid_, number);
}

std::optional<int> Child::wait(Milliseconds patience) {
    if (status_)
        return status_;
    if (!readable_before(pidfd_, Clock::now() + patience))
        return std::nullopt;
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    status_ = exit_status(status);
    return status_;
}

Finished run_program(const std::vector<std::string>& words, Milliseconds patience,
                     Child::Prepare prepare) {
    auto child = Child::start(words, prepare);
    if (!child)
        return {-1, "", child.error().text()};
    child->close_input();
    const auto deadline = Clock::now() + patience;
    // Both pipes are drained in turn, so that a child which fills one is never left waiting.
    Finished finished;
    while (!(child->out().ended() && child->err().ended()) && Clock::now() < deadline) {
        finished.out += child->out().rest(Milliseconds(20));
        finished.err += child->err().rest(Milliseconds(20));
    }
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now());
    finished.status = child->wait(std::max(left, Milliseconds(0))).value_or(-1);
    return finished;
}

}  // namespace saker::support
