// One daemon a state directory.
#pragma once

#include <string>

#include "config/config.h"
#include "engine/base/fd.h"
#include "engine/base/result.h"

namespace saker::cli {

/// The state directory that was asked for, by configuration or by systemd; empty: none was, and a
/// run from a terminal leaves nothing behind.
std::string said_state_directory(const config::Config& config);

/// Where the daemon with this state directory listens to `saker reload` and the like.
std::string control_socket(const std::string& state_directory);

class Instance {
  public:
    /// Makes the directory if need be and locks it for as long as this lives; an error names the
    /// process that holds it. Without a directory there is nothing to lock.
    static Result<Instance> claim(const std::string& state_directory);

  private:
    explicit Instance(Fd lock) : lock_(std::move(lock)) {}

    Fd lock_;
};

}  // namespace saker::cli
