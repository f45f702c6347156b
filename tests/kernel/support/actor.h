// A child that waits for its cue, does one thing and ends.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>

namespace saker::kernel_tests {

using Act = std::function<void()>;

/// Forks at once, acts when told to. It reaps every descendant before it ends, orphans too, so its
/// end is the end of the whole act. Killed and reaped with the object.
class Actor {
  public:
    explicit Actor(const Act& act);
    ~Actor();
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;

    pid_t pid() const { return pid_; }

    void go();

    /// Waits for its end. Its status as wait gives it.
    int wait();

    /// Lets it act and waits for its end, hearing nothing of it meanwhile.
    int run();

  private:
    pid_t pid_;
    int cue_ = -1;
    std::optional<int> status_;
};

/// Ends the acting process when this was refused, with exit code `kRefused` and the reason on
/// standard error.
void must(bool done, const char* what);
inline constexpr int kRefused = 99;

}  // namespace saker::kernel_tests
