// Where a receiver listens: `unix:/dev/log`, `udp:host:514`, `tcp:host:601`, `tls:host:6514`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace saker::outputs {

enum class Network : uint8_t { unix_socket, udp, tcp, tls };

struct Address {
    Network network = Network::udp;
    std::string host;  // a name or number; the path of a unix socket
    std::string port;
};

/// An IPv6 address is written in brackets.
Result<Address> parse_address(std::string_view text);

}  // namespace saker::outputs
