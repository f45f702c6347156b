// Which service a port is known for.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace saker::lang {

/// By /etc/services, as it was when first asked.
std::optional<std::string_view> service_name(uint64_t port, bool is_udp);

}  // namespace saker::lang
