// A network of one's own, and the addresses tests speak to.
#pragma once

#include <netinet/in.h>
#include <sys/un.h>

#include <cstdint>
#include <string>

namespace saker::kernel_tests {

/// Gives the acting process a network namespace with nothing but a loopback device that is up:
/// every port is free there, and nobody else is reached.
void enter_own_network();

/// False where this kernel has no IPv6.
bool has_ipv6();

sockaddr_in ipv4(uint16_t port, uint32_t address = INADDR_LOOPBACK);
sockaddr_in6 ipv6(uint16_t port, const char* address = "::1");

/// A unix address; a name that begins with '@' is abstract.
struct UnixAddress {
    explicit UnixAddress(const std::string& name);
    sockaddr_un address{};
    socklen_t size;
};

template <class Address>
const sockaddr* as_sockaddr(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

/// Sockets for an actor: what the kernel refuses ends the process.
int new_socket(int family, int type = SOCK_STREAM);
void bind_to(int socket, const sockaddr* address, socklen_t size);

/// A socket that listens on this address.
template <class Address>
int listener(const Address& address, int type = SOCK_STREAM) {
    const int made = new_socket(as_sockaddr(address)->sa_family, type);
    bind_to(made, as_sockaddr(address), sizeof address);
    ::listen(made, 8);
    return made;
}

}  // namespace saker::kernel_tests
