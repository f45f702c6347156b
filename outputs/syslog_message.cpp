#include "outputs/syslog_message.h"

#include <fmt/format.h>
#include <unistd.h>

#include "engine/base/escape.h"
#include "outputs/facts.h"
#include "outputs/format.h"

namespace saker::outputs {
namespace {

/// A header's word: visible ASCII only, a dash when nothing is left.
std::string word(std::string_view text, size_t most) {
    std::string out;
    for (const char c : text.substr(0, most)) {
        out += c > ' ' && c < 0x7F ? c : '_';
    }
    return out.empty() ? "-" : out;
}

void append_parameter(std::string_view name, std::string_view value, std::string& out) {
    out.append(" ").append(name).append("=\"");
    for (const char c : valid_utf8(value)) {
        if (c == '"' || c == '\\' || c == ']') {
            out += '\\';
        }
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    out += '"';
}

}  // namespace

void append_syslog(const Alert& alert, uint8_t facility, std::string_view text, std::string& out) {
    static constexpr unsigned kLevels = 8;
    static constexpr size_t kMicroseconds = 26;  // what the RFC allows of a time in UTC
    const std::string time = iso_utc(alert.time).substr(0, kMicroseconds) + "Z";
    out += fmt::format("<{}>1 {} {} saker {} alert", facility * kLevels + severity_of(alert), time,
                       word(alert.hostname, 255), ::getpid());
    // 32473 is the enterprise number set aside for whoever has none.
    out += " [saker@32473";
    append_parameter("id", alert.id, out);
    append_parameter("rule", alert.rule, out);
    append_parameter("source", alert.source, out);
    out += "] \xEF\xBB\xBF";
    out += text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
}

}  // namespace saker::outputs
