// What every thread of the outputs does first.
#pragma once

#include <pthread.h>

#include <csignal>

namespace saker::outputs {

/// Signals are for the thread that waits for them, not for this one.
inline void block_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace saker::outputs
