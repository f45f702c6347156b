// saker record: the kernel's records kept in a file, for `saker replay`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/read.h"

namespace saker::cli {

struct RecordOptions {
    std::string file;
    config::Sources config;          // who is asked about containers
    std::vector<std::string> rules;  // record only what these can match; empty: every event
    std::string scope;               // empty: the host
    uint64_t duration_seconds = 0;
    bool show_secrets = false;
};

/// Records until told to stop.
int run_record(const RecordOptions& options);

}  // namespace saker::cli
