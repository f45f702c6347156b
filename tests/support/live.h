// What a live test needs: a puppet that acts in scope, and the daemon that watches it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/child.h"

namespace saker::support {

/// Long enough for a loaded machine or an emulated one; a test that passes never waits so long.
Milliseconds patience();

/// The programs under test: $SAKER_BINARY and $SAKER_ACTS, else those of this build.
std::string saker_binary();
std::string acts_binary();

/// True in a machine made for the test, where an act may break the system.
bool disposable_machine();

/// A process that does acts when told to, each in a child of its own: one pid is the scope of all.
class Puppet {
  public:
    /// `program` is the acts, or a copy of them by another name.
    static Result<Puppet> start(const std::string& program = acts_binary());

    /// Speaks to a puppet that somebody else started, in a container say.
    explicit Puppet(Child child) : child_(std::move(child)) {}

    pid_t pid() const { return child_.pid(); }
    std::string scope() const { return "pid:" + std::to_string(pid()); }

    /// Does one act of tests/support/acts.c; its exit status, or -1 when no answer came.
    int act(const std::string& words);

    Child& child() { return child_; }

  private:
    Child child_;
};

/// `saker run`, past its ready line.
class Daemon {
  public:
    /// Runs `saker run ARGUMENTS` and waits for `saker: ready`; the error holds what it said
    /// instead. `before` are words in front: a program that runs it in surroundings of its own.
    static Result<Daemon> start(const std::vector<std::string>& arguments,
                                std::vector<std::string> before = {});

    /// The next alert (a JSON line) of a rule; alerts of other rules before it are kept.
    std::optional<nlohmann::json> alert(const std::string& rule, Milliseconds patience);

    /// Every alert not yet asked for, up to now or to the daemon's end.
    std::vector<nlohmann::json> others();

    /// Ends it with SIGTERM; its exit status, or -1 when it took longer than 5 seconds.
    int stop(int signal_number = 15);

    /// What it wrote to stderr after the ready line; ask once it has stopped.
    std::string last_words();

    Child& child() { return child_; }

  private:
    explicit Daemon(Child child) : child_(std::move(child)) {}
    bool take(Milliseconds patience);

    Child child_;
    std::vector<nlohmann::json> kept_;
};

}  // namespace saker::support
