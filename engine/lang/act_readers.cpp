#include "engine/lang/act_readers.h"

#include <algorithm>
#include <cerrno>

#include "engine/event/format.h"

namespace saker::lang {
namespace {

bool is_of(const Event& event, std::string_view category) {
    return event.row().category == category;
}

}  // namespace

bool has_other_peer(const Event& event) {
    const auto* call = event.as<connect_event>();
    if (!call || (call->res != 0 && call->res != -EINPROGRESS)) {
        return false;
    }
    const endpoint asked = endpoint_of(event.text(call->addr));
    const auto from = address_of(asked);
    const auto to = address_of(call->remote);
    if (!from || !to || std::ranges::count(from->bytes, 0) == std::ssize(from->bytes)) {
        return false;
    }
    return *from != *to || asked.port != call->remote.port;
}

std::optional<uint64_t> moved(const Context& context, bool reads, bool writes) {
    const auto result = result_of(context.event);
    const bool is_wanted =
        (reads && is_of(context.event, "io_read")) || (writes && is_of(context.event, "io_write"));
    return result && is_wanted ? std::optional(static_cast<uint64_t>(std::max<int64_t>(*result, 0)))
                               : std::nullopt;
}

bool writes_to_log(const Context& context) {
    const std::string_view path = context.event.text<"remote_path">();
    return is_of(context.event, "io_write") &&
           (path == "/dev/log" || path == "/run/systemd/journal/dev-log");
}

}  // namespace saker::lang
