// Connected sockets whose every wait ends: at a deadline, or when told to stop.
#pragma once

#include <atomic>
#include <chrono>
#include <string_view>

#include "engine/base/fd.h"
#include "engine/base/result.h"
#include "outputs/address.h"

namespace saker::outputs {

/// How long to wait, and what ends waiting before.
struct Patience {
    std::chrono::steady_clock::time_point deadline;
    const std::atomic<bool>& is_stopped;
};

/// Waits for events of poll(2).
Result<void> wait_for(int fd, short events, const Patience& patience);

/// Not blocking; tries every address the name has. A unix socket is a datagram or stream socket,
/// whichever listens.
Result<Fd> connect_to(const Address& address, const Patience& patience);

Result<void> send_all(int fd, std::string_view bytes, const Patience& patience);

/// The other side's kernel does not have everything yet.
bool has_untaken(int fd);

/// An error when the other side closed the connection. What it says is read and thrown away.
Result<void> check_open(int fd);

}  // namespace saker::outputs
