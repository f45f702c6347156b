// What an HTTP receiver's answer means for what was sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace saker::outputs {

enum class HttpVerdict : uint8_t {
    taken,
    later,    // the receiver, or whoever set it up, can mend it: the same again
    refused,  // these bytes will never be taken
};

/// `body` is how the answer begins: nginx answers 400, too, to whoever shows no certificate or one
/// it does not accept, and that is no alert's fault.
constexpr HttpVerdict verdict_of(long status, std::string_view body = {}) {
    if (status >= 200 && status < 300) {
        return HttpVerdict::taken;
    }
    if (status == 400 && body.find("SSL certificate") != std::string_view::npos) {
        return HttpVerdict::later;
    }
    // Malformed, too large, of a wrong kind, unprocessable. A wrong token or path (401, 403, 404)
    // is mended by people, and alerts wait for them.
    const bool refused = status == 400 || status == 413 || status == 415 || status == 422;
    return refused ? HttpVerdict::refused : HttpVerdict::later;
}

/// Retry-After in seconds, an hour at most; a date, or nothing, is none.
std::chrono::milliseconds retry_after(std::string_view value);

}  // namespace saker::outputs
