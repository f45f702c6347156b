#include "engine/source/snapshot.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "probes/events.h"

namespace saker {

namespace {

/// A record taken apart so that a text can be replaced.
class Rebuilt {
  public:
    explicit Rebuilt(std::span<const std::byte> record) : bytes_(record.begin(), record.end()) {}

    execve_event& fixed() { return *reinterpret_cast<execve_event*>(bytes_.data()); }

    std::string_view text(const text_ref& text) {
        return {reinterpret_cast<const char*>(bytes_.data()) + text.offset, text.length};
    }

    /// Where a new text lies; `fixed()` moves.
    text_ref add(std::string_view text) {
        const text_ref place{static_cast<uint32_t>(bytes_.size()),
                             static_cast<uint32_t>(text.size())};
        const auto* start = reinterpret_cast<const std::byte*>(text.data());
        bytes_.insert(bytes_.end(), start, start + text.size());
        return place;
    }

    std::span<const std::byte> whole() {
        bytes_.resize((bytes_.size() + 7) & ~size_t{7});
        fixed().header.size = static_cast<uint32_t>(bytes_.size());
        return bytes_;
    }

  private:
    std::vector<std::byte> bytes_;
};

std::string command_line(uint32_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The iterator leaves all arguments in `exe`: the first text there is argv[0], the rest are
/// `args`.
void split_arguments(execve_event& event, std::string_view all) {
    const size_t end = all.find('\0');
    if (end == std::string_view::npos) {
        return;
    }
    event.args = {event.exe.offset + static_cast<uint32_t>(end) + 1,
                  event.exe.length - static_cast<uint32_t>(end) - 1};
    event.exe.length = static_cast<uint32_t>(end);
    if (event.args.length == 0) {
        event.args = {};
    }
}

}  // namespace

size_t hand_over_snapshot(std::span<const std::byte> iterated, bool texts_included,
                          RecordSink& sink) {
    size_t records = 0;
    while (iterated.size() >= sizeof(event_header)) {
        event_header header;
        std::memcpy(&header, iterated.data(), sizeof(header));
        if (header.size < sizeof(execve_event) || header.size > iterated.size()) {
            break;
        }
        Rebuilt record(iterated.first(header.size));
        iterated = iterated.subspan(header.size);
        if (!texts_included) {
            record.fixed().exe = record.add(command_line(header.pid));
        }
        split_arguments(record.fixed(), record.text(record.fixed().exe));
        sink.take(record.whole());
        ++records;
    }
    return records;
}

}  // namespace saker
