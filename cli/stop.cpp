#include "cli/stop.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace saker::cli {

Stop::Stop(uint64_t duration_seconds) : duration_seconds_(duration_seconds) {
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t ours;
    ::sigemptyset(&ours);
    ::sigaddset(&ours, SIGINT);
    ::sigaddset(&ours, SIGTERM);
    ::sigaddset(&ours, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &ours, nullptr);
    signals_ = Fd(::signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC));
}

void Stop::start_clock() {
    if (duration_seconds_ > 0) {
        deadline_ = std::chrono::steady_clock::now() + std::chrono::seconds(duration_seconds_);
    }
}

bool Stop::requested() {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof(info)) == sizeof(info)) {
        const bool is_reopening = info.ssi_signo == SIGUSR1;
        (is_reopening ? wants_reopening_ : is_requested_) = true;
    }
    if (deadline_ && std::chrono::steady_clock::now() >= *deadline_) {
        is_requested_ = true;
    }
    return is_requested_;
}

}  // namespace saker::cli
