#include "outputs/address.h"

#include <array>
#include <utility>

namespace saker::outputs {

Result<Address> parse_address(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, Network>, 4> kNetworks{
        {{"unix:", Network::unix_socket},
         {"udp:", Network::udp},
         {"tcp:", Network::tcp},
         {"tls:", Network::tls}}};
    const Error wrong{"'" + std::string(text) + "' is no address",
                      "unix:PATH, udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT"};
    for (const auto& [beginning, network] : kNetworks) {
        if (!text.starts_with(beginning)) {
            continue;
        }
        std::string_view rest = text.substr(beginning.size());
        if (network == Network::unix_socket) {
            return rest.empty() ? Result<Address>(wrong) : Address{network, std::string(rest), ""};
        }
        const size_t colon = rest.rfind(':');
        if (colon == std::string_view::npos || colon == 0 || colon + 1 == rest.size()) {
            return wrong;
        }
        std::string_view host = rest.substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']')) {
            host = host.substr(1, host.size() - 2);
        }
        return Address{network, std::string(host), std::string(rest.substr(colon + 1))};
    }
    return wrong;
}

}  // namespace saker::outputs
