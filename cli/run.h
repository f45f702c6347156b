// saker run: the daemon, from kernel hooks to delivered alerts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/read.h"

namespace saker::cli {

struct RunOptions {
    config::Sources config;
    std::vector<std::string> rules;  // instead of the configured ones, unless empty
    bool json = false;               // alerts on standard output as JSON and nothing else there
    uint64_t duration_seconds = 0;   // 0: until told to stop
    std::string scope;               // empty: as configured
};

/// Runs until told to stop, alerts on standard output, everything else on standard error.
int run_daemon(const RunOptions& options);

struct ReplayOptions {
    std::string file;
    config::Sources config;
    std::vector<std::string> rules;
    bool json = false;
};

/// Judges a recorded stream as if it happened now.
int run_replay(const ReplayOptions& options);

}  // namespace saker::cli
