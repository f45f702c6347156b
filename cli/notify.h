// What systemd is told: sd_notify's protocol, one datagram a message.
#pragma once

#include <string>

#include "engine/base/fd.h"

namespace saker::cli {

class Notifier {
  public:
    /// To the socket $NOTIFY_SOCKET names; without it nobody listens and nothing is sent.
    Notifier();

    void ready(const std::string& status) const;
    /// Between a reload's begin and its end, which is `ready` again.
    void reloading() const;
    void stopping() const;

    /// The engine has made progress: feeds the watchdog, and shows what it does.
    void alive(const std::string& status) const;

    bool is_listened_to() const { return bool(socket_); }

  private:
    void send(const std::string& message) const;

    Fd socket_;
};

}  // namespace saker::cli
