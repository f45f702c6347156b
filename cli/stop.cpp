#include "cli/stop.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace saker::cli {

Stop::Stop(uint64_t duration_seconds, OnHangup on_hangup)
    : duration_seconds_(duration_seconds), on_hangup_(on_hangup) {
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t ours;
    ::sigemptyset(&ours);
    ::sigaddset(&ours, SIGINT);
    ::sigaddset(&ours, SIGTERM);
    ::sigaddset(&ours, SIGUSR1);
    ::sigaddset(&ours, SIGHUP);
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
        if (info.ssi_signo == SIGUSR1) {
            wants_reopening_ = true;
        } else if (info.ssi_signo == SIGHUP && on_hangup_ == OnHangup::reloads) {
            wants_reload_ = true;
        } else {
            is_requested_ = true;
        }
    }
    if (deadline_ && std::chrono::steady_clock::now() >= *deadline_) {
        is_requested_ = true;
    }
    return is_requested_;
}

}  // namespace saker::cli
