// The records of the task iterator, made whole.
#include "engine/source/snapshot.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <vector>

#include "probes/events.h"

using namespace saker;

namespace {

class Kept final : public RecordSink {
  public:
    void take(std::span<const std::byte> record) override {
        records.emplace_back(record.begin(), record.end());
    }
    std::vector<std::vector<std::byte>> records;
};

std::vector<std::byte> iterated(const std::string& arguments) {
    std::vector<std::byte> record(sizeof(execve_event));
    execve_event event{};
    event.header.event = EVENT_execve;
    event.header.pid = static_cast<uint32_t>(::getpid());
    event.exe = {static_cast<uint32_t>(record.size()), static_cast<uint32_t>(arguments.size())};
    if (arguments.empty()) {
        event.exe = {};
    }
    record.resize((record.size() + arguments.size() + 7) & ~size_t{7});
    event.header.size = static_cast<uint32_t>(record.size());
    std::memcpy(record.data(), &event, sizeof(event));
    std::memcpy(record.data() + sizeof(event), arguments.data(), arguments.size());
    return record;
}

std::string text(const std::vector<std::byte>& record, text_ref execve_event::*member) {
    const text_ref& place = reinterpret_cast<const execve_event*>(record.data())->*member;
    return {reinterpret_cast<const char*>(record.data()) + place.offset, place.length};
}

std::vector<std::byte> handed_over(const std::vector<std::byte>& bytes, bool texts_included) {
    Kept kept;
    REQUIRE(hand_over_snapshot(bytes, texts_included, kept) == 1);
    REQUIRE(kept.records.size() == 1);
    const auto& record = kept.records[0];
    CHECK(reinterpret_cast<const event_header*>(record.data())->size == record.size());
    CHECK(record.size() % 8 == 0);
    return record;
}

}  // namespace

TEST_CASE("all arguments in one become the first and the others") {
    using namespace std::string_literals;
    const auto record = handed_over(iterated("ls\0-l\0/a b\0"s), true);
    CHECK(text(record, &execve_event::exe) == "ls");
    CHECK(text(record, &execve_event::args) == "-l\0/a b\0"s);
}

TEST_CASE("a program without arguments, and one whose only argument is cut off") {
    using namespace std::string_literals;
    CHECK(text(handed_over(iterated("only\0"s), true), &execve_event::args).empty());
    CHECK(text(handed_over(iterated("only\0"s), true), &execve_event::exe) == "only");
    CHECK(text(handed_over(iterated("cut"), true), &execve_event::exe) == "cut");
    CHECK(text(handed_over(iterated(""), true), &execve_event::exe).empty());
}

TEST_CASE("where the iterator could not read memory, /proc is asked") {
    const auto record = handed_over(iterated(""), false);
    CHECK_THAT(text(record, &execve_event::exe), Catch::Contains("unit_source"));
}

TEST_CASE("bytes that are no record end the snapshot") {
    Kept kept;
    auto bytes = iterated("one");
    const auto second = iterated("two");
    bytes.insert(bytes.end(), second.begin(), second.begin() + 40);
    CHECK(hand_over_snapshot(bytes, true, kept) == 1);
    std::vector<std::byte> nothing(200);
    CHECK(hand_over_snapshot(nothing, true, kept) == 0);
}
