// rsyslog, as Debian packages it, on sockets of the test's own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/child.h"
#include "tests/support/folder.h"

namespace saker::testing {

/// rsyslogd with a configuration of the test's, writing what it received to a file.
class Rsyslog {
  public:
    Rsyslog(const support::Folder& folder, const std::string& input);

    void start();
    void kill();

    /// What saker sent: `%pri%|%hostname%|%app-name%|%structured-data%|%msg%`.
    std::vector<std::string> lines() const;

    /// The ids received, once there are so many different ones.
    std::vector<std::string> ids_until(size_t different) const;

  private:
    std::string written_;
    std::string config_;
    std::unique_ptr<support::Child> child_;
};

/// What rsyslog is told to listen on.
std::string tcp_input(int port);

}  // namespace saker::testing
