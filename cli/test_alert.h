// saker alert --test: does an alert arrive wherever alerts are to go?
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "config/read.h"

namespace saker::cli {

struct TestAlertOptions {
    config::Sources config;
    std::string priority = "notice";
    uint32_t timeout_seconds = 15;  // for all outputs together
    bool json = false;
};

/// Sends one alert that says it is a test to every configured output, past their filters, from
/// memory: a running daemon's spools and files are not disturbed. Writes to `out` what became of
/// each; 0 when all took it.
int run_test_alert(const TestAlertOptions& options, std::ostream& out);

}  // namespace saker::cli
