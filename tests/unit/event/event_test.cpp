#include "engine/event/event.h"

#include <fcntl.h>

#include <catch2/catch.hpp>

#include "engine/event/system_calls.h"
#include "tests/support/record_builder.h"

namespace saker {
namespace {

using test::Record;

TEST_CASE("every event of the table has a kind of its own") {
    for (const EventRow& row : kEventTable) {
        INFO(row.name);
        CHECK(name_of(row.kind) == row.name);
        CHECK(category_of(row.kind) == row.category);
        CHECK(is_captured(row.kind) == (!row.is_internal() && !row.stands_for_others()));
    }
    CHECK(is_captured(event_kind("brk")));  // by its number
    CHECK_FALSE(is_captured(event_kind("spu_run")));
    CHECK_FALSE(is_captured(event_kind("page_fault")));
    CHECK_FALSE(find_event_kind("opeat"));
    CHECK(find_event_kind("openat") == event_kind("openat"));
    CHECK_FALSE(is_syscall(event_kind("file_open")));
    CHECK(std::ranges::is_sorted(kEventNames, {}, &EventName::name));
}

TEST_CASE("a call without a row goes by its own name") {
    const SystemCall* call = find_system_call(event_kind("sched_getattr"));
    REQUIRE(call);
    Record record("syscall");
    record.set("nativeID", call->native).set("res", -3).set("argument1", 5);
    const Event event = record.event();
    CHECK(event.name() == "sched_getattr");
    CHECK(event.category() == "other");
    CHECK(result_of(event) == -3);
    CHECK(event.number<"argument1">() == 5);
    record.set("nativeID", 1 << 20);  // nobody's
    CHECK(record.event().name() == "syscall");
#ifdef __x86_64__
    record.set("nativeID", call->compat).flag(RECORD_COMPAT);
    CHECK(record.event().name() == "sched_getattr");
#endif
}

TEST_CASE("members are read by name, struct and column") {
    Record record("openat");
    record.by(42, 7, 1, "cat").set("fd", -2).set("dirfd", AT_FDCWD).text("name", "shadow");
    record.text("directory", "/etc").at(99);
    const Event event = record.event();

    CHECK(event.kind() == event_kind("openat"));
    CHECK(event.comm() == "cat");
    CHECK(event.number<"fd">() == -2);
    CHECK(event.number<"dirfd">() == AT_FDCWD);
    CHECK(event.text<"name">() == "shadow");
    CHECK(event.text<"directory">() == "/etc");
    CHECK(event.text<"resolved">().empty());
    CHECK(event.member<"backlog">() == nullptr);
    CHECK_FALSE(event.number<"backlog">());
    REQUIRE(event.as<openat_event>());
    CHECK(event.as<openat_event>()->fd == -2);
    CHECK(event.as<open_event>() == nullptr);
    CHECK(result_of(event) == -2);
}

TEST_CASE("a narrow member keeps its sign or the want of it") {
    Record record("setuid");
    record.set("uid", UINT32_MAX);
    CHECK(record.event().number<"uid">() == UINT32_MAX);
}

TEST_CASE("addresses") {
    Record record("connect");
    record.end("local", "::ffff:10.0.0.1", 40000).end("remote", "2001:db8::1", 443);
    const Event event = record.event();
    const auto local = address_of(event.end(*event.member<"local">()));
    REQUIRE(local);
    CHECK_FALSE(local->is_v6);
    CHECK(local->bytes[0] == 10);
    const auto remote = address_of(event.end(*event.member<"remote">()));
    REQUIRE(remote);
    CHECK(remote->is_v6);
    CHECK_FALSE(address_of(endpoint{}));
}

TEST_CASE("bytes that are no record are refused") {
    Record record("openat");
    record.text("name", "/etc/shadow");
    const auto whole = record.span();
    REQUIRE(Event::parse(whole));

    SECTION("empty and short") {
        CHECK_FALSE(Event::parse({}));
        for (size_t size = 0; size < whole.size(); ++size) {
            CHECK_FALSE(Event::parse(whole.first(size)));
        }
    }
    SECTION("misaligned") {
        std::vector<uint64_t> words(whole.size() / 8 + 2);
        auto* shifted = reinterpret_cast<std::byte*>(words.data()) + 1;
        std::memcpy(shifted, whole.data(), whole.size());
        CHECK_FALSE(Event::parse({shifted, whole.size()}));
    }
    SECTION("a size that leaves out its own members") {
        record.header().size = sizeof(event_header);
        CHECK_FALSE(Event::parse(whole));
        record.header().size = 0;
        CHECK_FALSE(Event::parse(whole));
        record.header().size = UINT32_MAX;
        CHECK_FALSE(Event::parse(whole));
    }
    SECTION("an unknown event or lane") {
        record.header().event = EVENT_COUNT;
        CHECK_FALSE(Event::parse(whole));
        record.header().event = 0;
        record.header().lane = LANE_COUNT;
        CHECK_FALSE(Event::parse(whole));
    }
    SECTION("texts that lie outside") {
        const auto [offset, length] = GENERATE(table<uint32_t, uint32_t>({
            {0, 4},
            {8, 4},
            {UINT32_MAX, 1},
            {UINT32_MAX, UINT32_MAX},
            {sizeof(openat_event), UINT32_MAX},
            {sizeof(openat_event) + 11, 1},
            {sizeof(openat_event) + 5, 7},
        }));
        auto& name = const_cast<openat_event*>(record.event().as<openat_event>())->name;
        name = {offset, length};
        CHECK_FALSE(Event::parse(whole));
    }
    SECTION("an absent text may point anywhere") {
        auto& name = const_cast<openat_event*>(record.event().as<openat_event>())->name;
        name = {UINT32_MAX, 0};
        const auto event = Event::parse(whole);
        REQUIRE(event);
        CHECK(event->text<"name">().empty());
    }
}

TEST_CASE("comm without its NUL ends with the array") {
    Record record("openat");
    std::memset(record.header().comm, 'x', sizeof record.header().comm);
    CHECK(record.event().comm() == std::string(16, 'x'));
}

}  // namespace
}  // namespace saker
