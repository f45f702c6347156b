// saker watch: events as they happen, one line each.
#pragma once

#include <cstdint>
#include <string>

namespace saker::cli {

struct WatchOptions {
    std::string condition;  // empty: every event
    std::string scope;      // empty: the host
    uint64_t duration_seconds = 0;
    bool json = false;
    bool show_secrets = false;
};

/// Prints events on standard output until told to stop.
int run_watch(const WatchOptions& options);

}  // namespace saker::cli
