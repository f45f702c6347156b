#include "engine/lang/services.h"

#include <netdb.h>
#include <netinet/in.h>

#include <map>
#include <string>
#include <utility>

namespace saker::lang {

std::optional<std::string_view> service_name(uint64_t port, bool is_udp) {
    static const std::map<std::pair<uint64_t, bool>, std::string> names = [] {
        std::map<std::pair<uint64_t, bool>, std::string> all;
        ::setservent(1);
        while (const servent* service = ::getservent()) {
            const bool is_udp_too = std::string_view(service->s_proto) == "udp";
            all.try_emplace({ntohs(static_cast<uint16_t>(service->s_port)), is_udp_too},
                            service->s_name);
        }
        ::endservent();
        return all;
    }();
    const auto found = names.find({port, is_udp});
    return found == names.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

}  // namespace saker::lang
