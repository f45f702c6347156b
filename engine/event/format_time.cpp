// Times as text.
#include <time.h>

#include "engine/event/format.h"

namespace saker {

void print_time(ScratchText& out, uint64_t nanoseconds, TimeForm form) {
    constexpr uint64_t kSecond = 1'000'000'000;
    const auto seconds = static_cast<time_t>(nanoseconds / kSecond);
    const bool is_universal = form == TimeForm::iso8601;
    const bool has_date = form != TimeForm::clock && form != TimeForm::clock_seconds;
    const bool has_fraction = form != TimeForm::clock_seconds && form != TimeForm::date_seconds;
    tm parts{};
    is_universal ? ::gmtime_r(&seconds, &parts) : ::localtime_r(&seconds, &parts);
    if (has_date) {
        out.add_padded(static_cast<uint64_t>(parts.tm_year) + 1900, 4).add('-');
        out.add_padded(static_cast<uint64_t>(parts.tm_mon) + 1, 2).add('-');
        out.add_padded(static_cast<uint64_t>(parts.tm_mday), 2).add(is_universal ? 'T' : ' ');
    }
    out.add_padded(static_cast<uint64_t>(parts.tm_hour), 2).add(':');
    out.add_padded(static_cast<uint64_t>(parts.tm_min), 2).add(':');
    out.add_padded(static_cast<uint64_t>(parts.tm_sec), 2);
    if (has_fraction) {
        out.add('.').add_padded(nanoseconds % kSecond, 9);
    }
    out.add(is_universal ? "+0000" : "");
}

std::string iso_time(uint64_t nanoseconds) {
    Scratch scratch;
    ScratchText text(scratch);
    print_time(text, nanoseconds, TimeForm::iso8601);
    return std::string(text.view());
}

}  // namespace saker
