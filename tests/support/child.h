// A child process of a test: its standard streams, lines with a deadline, and its end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace saker::support {

using Milliseconds = std::chrono::milliseconds;

/// A pipe's reading end, taken apart into lines.
class Lines {
  public:
    explicit Lines(int fd = -1) : fd_(fd) {}
    Lines(Lines&& other) noexcept;
    Lines& operator=(Lines&& other) noexcept;
    ~Lines();

    /// The next line without its end; nothing when the deadline passed or the writer closed.
    std::optional<std::string> next(Milliseconds patience);

    /// Everything up to the writer's close, or what came before the deadline.
    std::string rest(Milliseconds patience);

    bool ended() const { return ended_; }

  private:
    bool fill(std::chrono::steady_clock::time_point deadline);

    int fd_;
    std::string held_;
    bool ended_ = false;
};

/// What a finished program left behind.
struct Finished {
    int status = -1;  ///< exit status, 128 + signal, or -1 when it had to be killed
    std::string out;
    std::string err;
};

/// A running child; killed and reaped with the object.
class Child {
  public:
    /// Runs in the child between fork and exec; returns false to give up (exit status 126).
    using Prepare = bool (*)();

    static Result<Child> start(const std::vector<std::string>& words, Prepare prepare = nullptr);
    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) = delete;
    ~Child();

    pid_t pid() const { return pid_; }
    Lines& out() { return out_; }
    Lines& err() { return err_; }

    /// Writes a line to its standard input.
    bool say(const std::string& line);
    void close_input();

    void signal(int number) const;

    /// Its exit status (128 + signal), or nothing while it still runs at the deadline.
    std::optional<int> wait(Milliseconds patience);

  private:
    Child(pid_t pid, int input, int out, int err);

    pid_t pid_;
    int pidfd_;
    int input_;
    Lines out_;
    Lines err_;
    std::optional<int> status_;
};

/// Runs a program to its end with nothing on standard input.
Finished run_program(const std::vector<std::string>& words, Milliseconds patience,
                     Child::Prepare prepare = nullptr);

}  // namespace saker::support
