#include <fmt/format.h>

#include <ctime>

#include "engine/base/escape.h"
#include "outputs/format.h"

namespace saker::outputs {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

std::string date_and_time(uint64_t time, const char* zone) {
    const auto seconds = static_cast<time_t>(time / kSecond);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}{}", utc.tm_year + 1900,
                       utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                       time % kSecond, zone);
}

}  // namespace

std::string local_time_of_day(uint64_t time) {
    const auto seconds = static_cast<time_t>(time / kSecond);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return fmt::format("{:02}:{:02}:{:02}.{:09}", local.tm_hour, local.tm_min, local.tm_sec,
                       time % kSecond);
}

std::string iso_utc(uint64_t time) {
    return date_and_time(time, "Z");
}

std::string text_line(const Alert& alert, bool iso_8601) {
    std::string line =
        iso_8601 ? date_and_time(alert.time, "+0000") : local_time_of_day(alert.time);
    line.append(": ").append(alert.priority).append(" ").append(alert.message);
    return line;
}

void format_text(const Alert& alert, const FormatOptions& options, std::string& out) {
    append_escaped(out, text_line(alert, options.iso_8601));
    if (alert.loss.any()) {
        out += fmt::format(" [lost before this: {} critical, {} bulk, {} malformed]",
                           alert.loss.critical, alert.loss.bulk, alert.loss.malformed);
    }
    if (alert.gave_up_container) {
        out += " [judged before the container's runtime answered]";
    }
    out += '\n';
}

}  // namespace saker::outputs
