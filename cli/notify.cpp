#include "cli/notify.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace saker::cli {
namespace {

std::string monotonic_microseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(static_cast<uint64_t>(now.tv_sec) * 1'000'000 +
                          static_cast<uint64_t>(now.tv_nsec) / 1000);
}

/// A line is an assignment, and names of rules may hold anything.
std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

}  // namespace

Notifier::Notifier() {
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path == nullptr || std::strlen(path) < 2 || std::strlen(path) >= sizeof(address.sun_path)) {
        return;
    }
    const size_t length = std::strlen(path);
    std::memcpy(address.sun_path, path, length);
    if (address.sun_path[0] == '@') {
        address.sun_path[0] = '\0';
    }
    Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    if (socket && ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0) {
        socket_ = std::move(socket);
    }
}

void Notifier::ready(const std::string& status) const {
    send("READY=1\nSTATUS=" + one_line(status));
}

void Notifier::reloading() const {
    send("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds());
}

void Notifier::stopping() const {
    send("STOPPING=1");
}

void Notifier::alive(const std::string& status) const {
    send("WATCHDOG=1\nSTATUS=" + one_line(status));
}

void Notifier::send(const std::string& message) const {
    if (socket_) {
        // A manager that does not read is no reason to wait.
        [[maybe_unused]] const ssize_t sent =
            ::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL);
    }
}

}  // namespace saker::cli
