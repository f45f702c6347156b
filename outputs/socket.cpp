#include "outputs/socket.h"

#include <linux/sockios.h>
#include <netdb.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

namespace saker::outputs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLook = 200;  // ms between looks at is_stopped

Error system_error(const std::string& doing) {
    return Error{doing + ": " + std::strerror(errno)};
}

Result<Fd> connect_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
        return Error{path + ": too long for a socket"};
    }
    path.copy(address.sun_path, path.size());
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
        Fd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
            0) {
            return fd;
        }
        if (errno != EPROTOTYPE) {
            break;
        }
    }
    return system_error(path);
}

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> look_up(const Address& address) {
    addrinfo wanted{};
    wanted.ai_socktype = address.network == Network::udp ? SOCK_DGRAM : SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &wanted, &found);
    if (failed != 0) {
        return Error{address.host + ":" + address.port + ": " + ::gai_strerror(failed)};
    }
    return Addresses(found);
}

Result<Fd> connect_one(const addrinfo& at, const Patience& patience) {
    Fd fd(::socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at.ai_protocol));
    if (!fd) {
        return system_error("socket");
    }
    if (::connect(fd.get(), at.ai_addr, at.ai_addrlen) == 0) {
        return fd;
    }
    if (errno != EINPROGRESS) {
        return system_error("connect");
    }
    if (const Result<void> ready = wait_for(fd.get(), POLLOUT, patience); !ready) {
        return ready.error();
    }
    socklen_t size = sizeof(errno);
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &errno, &size);
    return errno == 0 ? Result<Fd>(std::move(fd)) : system_error("connect");
}

}  // namespace

Result<void> wait_for(int fd, short events, const Patience& patience) {
    pollfd waited{fd, events, 0};
    while (!patience.is_stopped) {
        const int ready = ::poll(&waited, 1, kLook);
        if (ready > 0) {
            return {};
        }
        if (ready < 0 && errno != EINTR) {
            return system_error("poll");
        }
        if (Clock::now() >= patience.deadline) {
            return Error{"no answer in time"};
        }
    }
    return Error{"told to stop"};
}

Result<Fd> connect_to(const Address& address, const Patience& patience) {
    if (address.network == Network::unix_socket) {
        return connect_unix(address.host);
    }
    const Result<Addresses> found = look_up(address);
    if (!found) {
        return found.error();
    }
    Result<Fd> connected = Error{"no address"};
    for (const addrinfo* at = found->get(); at != nullptr && !connected; at = at->ai_next) {
        connected = connect_one(*at, patience);
    }
    if (!connected) {
        return std::move(connected.error()).within(address.host + ":" + address.port);
    }
    return connected;
}

Result<void> send_all(int fd, std::string_view bytes, const Patience& patience) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<size_t>(sent));
        } else if (errno == EAGAIN || errno == ENOBUFS) {
            if (const Result<void> ready = wait_for(fd, POLLOUT, patience); !ready) {
                return ready.error();
            }
        } else if (errno != EINTR) {
            return system_error("send");
        }
    }
    return {};
}

bool has_untaken(int fd) {
    int waiting = 0;
    return ::ioctl(fd, SIOCOUTQ, &waiting) == 0 && waiting > 0;
}

Result<void> check_open(int fd) {
    std::array<char, 4096> thrown_away{};
    while (true) {
        const ssize_t got = ::recv(fd, thrown_away.data(), thrown_away.size(), MSG_DONTWAIT);
        if (got == 0) {
            return Error{"the receiver closed the connection"};
        }
        if (got < 0 && errno != EINTR) {
            return errno == EAGAIN ? Result<void>() : system_error("connection");
        }
    }
}

}  // namespace saker::outputs
