#include "engine/state/long_arguments.h"

#include <algorithm>

#include "probes/knobs.h"

namespace saker {
namespace {

/// Bytes of the list that the record of the program has.
constexpr uint64_t kInRecord = TEXT_MAX - 1;

/// Each is complete within microseconds, unless its program's record was lost.
constexpr size_t kMostWaiting = 64;

constexpr std::string_view kLeftOut{"[...]\0", 6};

/// Ends the argument before, which may have been cut.
void leave_out(std::string& text) {
    if (!text.empty() && text.back() != '\0') {
        text += '\0';
    }
    text += kLeftOut;
}

}  // namespace

void LongArguments::add(const Event& event, const arguments_event& part) {
    const event_header& header = event.header();
    if (parts_.size() >= kMostWaiting && !parts_.contains(header.pid)) {
        parts_.clear();
    }
    Parts& parts = parts_[header.pid];
    if (parts.start_time != header.start_time || parts.exec_id != header.exec_id) {
        parts = {header.start_time, kInRecord, header.exec_id, {}};
    }
    const std::string_view bytes = event.text(part.bytes);
    if (part.offset != parts.end) {
        leave_out(parts.text);
    }
    parts.text += bytes;
    parts.end = part.offset + bytes.size();
}

void LongArguments::complete(const event_header& program, std::string& first, std::string& others) {
    if (parts_.empty()) {
        return;
    }
    const auto found = parts_.find(program.pid);
    if (found == parts_.end()) {
        return;
    }
    const Parts parts = std::move(found->second);
    parts_.erase(found);
    if (parts.start_time != program.start_time || parts.exec_id != program.exec_id) {
        return;
    }
    std::string_view rest = parts.text;
    if (others.empty() && first.size() >= kInRecord) {  // the record ends within the first argument
        const size_t end = std::min(rest.find('\0'), rest.size());
        first += rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    others += rest;
}

}  // namespace saker
