#include "outputs/program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "outputs/socket.h"

extern char** environ;

namespace saker::outputs {
namespace {

using Clock = std::chrono::steady_clock;

/// A running program and our end of its standard input.
class Running {
  public:
    static Result<std::unique_ptr<Running>> start(const std::vector<std::string>& command);
    /// Its input ends first; who ignores that is killed after a second.
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    int input() const { return input_.get(); }
    bool has_ended();

  private:
    Running(pid_t pid, Fd input) : pid_(pid), input_(std::move(input)) {}

    pid_t pid_;
    Fd input_;
};

/// Of ours it keeps standard output and error, and neither our blocked signals nor ignored ones.
int spawn(const std::vector<std::string>& command, int input, pid_t& pid) {
    std::vector<char*> words;
    for (const std::string& word : command) {
        words.push_back(const_cast<char*>(word.c_str()));
    }
    words.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    // Standard output may be where alerts go: a program's words are no alerts.
    ::posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_t manner;
    ::posix_spawnattr_init(&manner);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&manner, &none);
    ::posix_spawnattr_setsigdefault(&manner, &all);
    ::posix_spawnattr_setflags(&manner, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const int failed = ::posix_spawnp(&pid, words[0], &files, &manner, words.data(), environ);
    ::posix_spawnattr_destroy(&manner);
    ::posix_spawn_file_actions_destroy(&files);
    return failed;
}

Result<std::unique_ptr<Running>> Running::start(const std::vector<std::string>& command) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return Error{std::string("pipe: ") + std::strerror(errno)};
    }
    const Fd theirs(ends[0]);
    Fd ours(ends[1]);
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    pid_t pid = 0;
    if (const int failed = spawn(command, theirs.get(), pid); failed != 0) {
        return Error{command[0] + ": " + std::strerror(failed)};
    }
    return std::unique_ptr<Running>(new Running(pid, std::move(ours)));
}

bool Running::has_ended() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = 0;
    }
    return pid_ == 0;
}

Running::~Running() {
    static constexpr int kLooks = 100;
    static constexpr std::chrono::milliseconds kPause{10};
    input_ = Fd();
    for (int look = 0; look < kLooks && !has_ended(); ++look) {
        std::this_thread::sleep_for(kPause);
    }
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

class Program final : public Transport {
  public:
    Program(std::vector<std::string> command, std::chrono::milliseconds timeout)
        : command_(std::move(command)), timeout_(timeout) {}

    SendReport send(std::span<const Parcel> parcels) override;
    size_t largest_batch() const override { return 64; }
    void stop_waiting() override { is_stopped_ = true; }

  private:
    Result<void> write_all(std::string_view bytes);
    Result<void> wait_until_read();
    Result<void> hand_over(std::span<const Parcel> parcels);

    const std::vector<std::string> command_;
    const std::chrono::milliseconds timeout_;
    std::atomic<bool> is_stopped_ = false;
    std::unique_ptr<Running> running_;
};

Result<void> Program::write_all(std::string_view bytes) {
    const Patience patience{Clock::now() + timeout_, is_stopped_};
    while (!bytes.empty()) {
        const ssize_t written = ::write(running_->input(), bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<size_t>(written));
        } else if (errno == EAGAIN) {
            if (Result<void> ready = wait_for(running_->input(), POLLOUT, patience); !ready) {
                return ready;
            }
        } else if (errno != EINTR) {
            return Error{std::strerror(errno)};
        }
    }
    return {};
}

/// What it did not read it will not have when it dies.
Result<void> Program::wait_until_read() {
    static constexpr std::chrono::milliseconds kPause{1};
    const Clock::time_point deadline = Clock::now() + timeout_;
    int unread = 0;
    while (::ioctl(running_->input(), FIONREAD, &unread) == 0 && unread > 0) {
        if (running_->has_ended()) {
            return Error{"it ended"};
        }
        if (is_stopped_ || Clock::now() >= deadline) {
            return Error{"it reads nothing"};
        }
        std::this_thread::sleep_for(kPause);
    }
    return {};
}

Result<void> Program::hand_over(std::span<const Parcel> parcels) {
    if (!running_ || running_->has_ended()) {
        auto started = Running::start(command_);
        if (!started) {
            return started.error();
        }
        running_ = std::move(*started);
    }
    for (const Parcel& parcel : parcels) {
        if (Result<void> written = write_all(parcel.body); !written) {
            return written;
        }
    }
    return wait_until_read();
}

SendReport Program::send(std::span<const Parcel> parcels) {
    const Result<void> done = hand_over(parcels);
    if (done) {
        return {parcels.size()};
    }
    running_.reset();
    return {0, false, "program '" + command_[0] + "': " + done.error().text()};
}

}  // namespace

Result<Remote> connect_program(const OutputOptions& options) {
    const config::OutputSetting& setting = options.setting;
    if (setting.command[0].find('/') != std::string::npos &&
        ::access(setting.command[0].c_str(), X_OK) != 0) {
        return Error{setting.command[0] + ": " + std::strerror(errno)};
    }
    const auto encode = [format = options.format, how = options.format_options](
                            const Alert& alert, std::string& out) { format(alert, how, out); };
    return Remote{std::make_unique<Program>(setting.command, setting.timeout.value), encode};
}

}  // namespace saker::outputs
