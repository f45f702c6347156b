#include "tests/kernel/support/network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "tests/kernel/support/actor.h"

namespace saker::kernel_tests {

void enter_own_network() {
    must(::unshare(CLONE_NEWNET) == 0, "a network namespace");
    const int any = new_socket(AF_INET, SOCK_DGRAM);
    ifreq wish{};
    std::strcpy(wish.ifr_name, "lo");
    must(::ioctl(any, SIOCGIFFLAGS, &wish) == 0, "the loopback device");
    wish.ifr_flags |= IFF_UP;
    must(::ioctl(any, SIOCSIFFLAGS, &wish) == 0, "the loopback device up");
    ::close(any);
}

bool has_ipv6() {
    return ::access("/proc/net/if_inet6", R_OK) == 0;
}

sockaddr_in ipv4(uint16_t port, uint32_t address) {
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_port = htons(port);
    made.sin_addr.s_addr = htonl(address);
    return made;
}

sockaddr_in6 ipv6(uint16_t port, const char* address) {
    sockaddr_in6 made{};
    made.sin6_family = AF_INET6;
    made.sin6_port = htons(port);
    ::inet_pton(AF_INET6, address, &made.sin6_addr);
    return made;
}

UnixAddress::UnixAddress(const std::string& name) {
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), std::min(name.size(), sizeof address.sun_path - 1));
    const bool is_abstract = name.starts_with('@');
    if (is_abstract) {
        address.sun_path[0] = '\0';
    }
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() +
                                  (is_abstract ? 0 : 1));
}

int new_socket(int family, int type) {
    const int made = ::socket(family, type, 0);
    must(made >= 0, "a socket");
    return made;
}

void bind_to(int socket, const sockaddr* address, socklen_t size) {
    must(::bind(socket, address, size) == 0, "an address for a socket");
}

}  // namespace saker::kernel_tests
