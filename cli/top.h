// saker top: what the running daemon does, again and again.
#pragma once

#include <cstdint>
#include <iosfwd>

#include "config/read.h"

namespace saker::cli {

struct TopOptions {
    config::Sources config;
    uint32_t interval_seconds = 2;
    uint64_t count = 0;           // 0: until told to stop
    bool json = false;            // one object a line
    bool measures_hooks = false;  // the kernel is told to measure programs meanwhile
};

/// Asks the daemon over its control socket. On a terminal each picture takes the place of the one
/// before.
int run_top(const TopOptions& options, std::ostream& out);

}  // namespace saker::cli
