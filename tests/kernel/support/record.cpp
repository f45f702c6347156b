#include "tests/kernel/support/record.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <utility>

namespace saker::kernel_tests {
namespace {

std::vector<std::string> split(std::string_view texts) {
    std::vector<std::string> found;
    while (!texts.empty()) {
        const size_t end = std::min(texts.find('\0'), texts.size());
        found.emplace_back(texts.substr(0, end));
        texts.remove_prefix(std::min(end + 1, texts.size()));
    }
    return found;
}

std::string printed(const endpoint& end) {
    char address[INET6_ADDRSTRLEN] = "";
    switch (end.family) {
        case AF_INET:
            ::inet_ntop(AF_INET, end.address, address, sizeof address);
            return std::string(address) + ":" + std::to_string(end.port);
        case AF_INET6:
            ::inet_ntop(AF_INET6, end.address, address, sizeof address);
            return "[" + std::string(address) + "]:" + std::to_string(end.port);
        case AF_UNIX:
            return "unix";
        case 0:
            return "none";
        default:
            return "family " + std::to_string(end.family);
    }
}

std::string visible(std::string_view text) {
    std::string shown;
    for (const char letter : text) {
        shown += letter >= ' ' && letter <= '~' ? letter : '.';
    }
    return shown;
}

}  // namespace

Record::Record(std::span<const std::byte> bytes) : words_((bytes.size() + 7) / 8) {
    std::memcpy(words_.data(), bytes.data(), bytes.size());
}

const event_header& Record::header() const {
    return *reinterpret_cast<const event_header*>(words_.data());
}

Event Record::event() const {
    const auto event = Event::parse(std::as_bytes(std::span(words_)));
    if (!event) {
        FAIL("a record that cannot be decoded: event " << header().event << ", size "
                                                       << header().size);
    }
    return *event;
}

const Member& Record::member(std::string_view name) const {
    const Member* found = event().member(name);
    if (found == nullptr) {
        FAIL("event '" << this->name() << "' has no member '" << name << "'");
    }
    return *found;
}

int64_t Record::number(std::string_view name) const {
    const Member& asked = member(name);
    REQUIRE_FALSE(is_variable(asked.type));
    return event().number(asked);
}

std::string Record::text(std::string_view name) const {
    const Member& asked = member(name);
    REQUIRE(is_variable(asked.type));
    return std::string(event().text(asked));
}

std::vector<std::string> Record::strings(std::string_view name) const {
    return split(text(name));
}

std::string Record::end(std::string_view name) const {
    const Member& asked = member(name);
    REQUIRE(asked.type == MemberType::endpoint);
    return printed(event().end(asked));
}

std::string Record::tell() const {
    const Event told = event();
    std::string line = std::string(told.name()) + " by " + std::to_string(header().pid) + "/" +
                       std::to_string(header().tid) + " (" + visible(told.comm()) + ") flags " +
                       std::to_string(header().flags) + " via " + std::to_string(header().via);
    for (const Member& asked : told.row().members) {
        line += " " + std::string(asked.name) + "=";
        if (asked.type == MemberType::endpoint) {
            line += printed(told.end(asked));
        } else if (is_variable(asked.type)) {
            line += "'" + visible(told.text(asked)) + "'";
        } else {
            line += std::to_string(told.number(asked));
        }
    }
    return line;
}

Trait says(std::string member, std::string text) {
    return [member = std::move(member), text = std::move(text)](const Record& record) {
        return record.text(member) == text;
    };
}

Trait counts(std::string member, int64_t number) {
    return [member = std::move(member), number](const Record& record) {
        return record.number(member) == number;
    };
}

Trait by(pid_t pid) {
    return [pid](const Record& record) { return static_cast<pid_t>(record.header().pid) == pid; };
}

Trait via(event_via way) {
    return [way](const Record& record) { return record.header().via == way; };
}

}  // namespace saker::kernel_tests
