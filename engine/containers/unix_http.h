// HTTP over a unix socket, as container engines speak it.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace saker::containers {

struct HttpAnswer {
    long status = 0;
    std::string body;
};

/// GETs of one thread's, over a connection that is kept. A second is as long as it waits, a few
/// megabytes as much as it takes.
class UnixHttp {
  public:
    explicit UnixHttp(std::string socket);
    ~UnixHttp();
    UnixHttp(const UnixHttp&) = delete;
    UnixHttp& operator=(const UnixHttp&) = delete;

    /// `path` begins with a slash and is escaped as it must be.
    Result<HttpAnswer> get(const std::string& path);

    const std::string& socket() const { return socket_; }

  private:
    std::string socket_;
    void* handle_;  // a CURL*
};

}  // namespace saker::containers
