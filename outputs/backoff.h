// How long to wait before trying again: longer each time, and not all at the same moment.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace saker::outputs {

struct BackoffOptions {
    std::chrono::milliseconds first{500};
    std::chrono::milliseconds most{30'000};
};

class Backoff {
  public:
    explicit Backoff(BackoffOptions options) : options_(options), next_(options.first) {}

    /// Between half of the time and all of it; the time doubles from call to call.
    std::chrono::milliseconds next() {
        const auto whole = next_.count();
        next_ = std::min(next_ * 2, options_.most);
        return std::chrono::milliseconds(
            std::uniform_int_distribution<int64_t>(whole / 2, whole)(random_));
    }

    void reset() { next_ = options_.first; }

  private:
    const BackoffOptions options_;
    std::chrono::milliseconds next_;
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace saker::outputs
