#include "engine/state/long_arguments.h"

#include <catch2/catch.hpp>

#include "tests/support/record_builder.h"

namespace saker {
namespace {

using test::Record;

constexpr uint64_t kFirst = 4095;  // bytes of a list that the program's own record has

/// A program and what was told of its arguments.
struct Telling {
    void part(uint64_t offset, std::string_view bytes, uint32_t pid = 7, uint32_t exec_id = 2) {
        Record record("arguments");
        record.by(pid, 1000, exec_id, "program").set("offset", static_cast<int64_t>(offset));
        record.text("bytes", bytes);
        const Event event = record.event();
        arguments.add(event, *event.as<arguments_event>());
    }
    void complete(uint32_t pid = 7, uint32_t exec_id = 2) {
        Record record("execve");
        record.by(pid, 1000, exec_id, "program");
        arguments.complete(record.event().header(), first, others);
    }

    LongArguments arguments;
    std::string first = "program";
    std::string others = "one";
};

std::string ended(std::initializer_list<std::string_view> words) {
    std::string text;
    for (const std::string_view word : words) {
        text.append(word).push_back('\0');
    }
    return text;
}

}  // namespace

TEST_CASE("parts go on where the record ended, in the middle of a word too") {
    Telling telling;
    telling.part(kFirst, "-and-a-half");
    telling.part(kFirst + 11, std::string_view("\0two\0", 5));
    telling.complete();
    CHECK(telling.others == ended({"one-and-a-half", "two"}));
    CHECK(telling.first == "program");
}

TEST_CASE("a part that is not there leaves its mark") {
    Telling telling;
    telling.part(kFirst, "-and");
    telling.part(kFirst + 100, std::string_view("last\0", 5));
    telling.complete();
    CHECK(telling.others == ended({"one-and", "[...]", "last"}));
}

TEST_CASE("a first argument longer than the record goes on in the parts") {
    Telling telling;
    telling.first = std::string(kFirst, 'p');
    telling.others.clear();
    telling.part(kFirst, std::string_view("pp\0one\0", 7));
    telling.complete();
    CHECK(telling.first == std::string(kFirst + 2, 'p'));
    CHECK(telling.others == ended({"one"}));
}

TEST_CASE("parts belong to one program of one process") {
    Telling telling;
    telling.part(kFirst, "other process", 8);
    telling.part(kFirst, "earlier program", 7, 1);
    telling.complete();
    CHECK(telling.others == "one");
    telling.complete(8);
    CHECK(telling.others == "oneother process");
    telling.complete(8);
    CHECK(telling.others == "oneother process");
}

TEST_CASE("parts whose programs never come are forgotten when they are many") {
    Telling telling;
    for (uint32_t pid = 100; pid < 1000; ++pid) {
        telling.part(kFirst, "lost", pid);
    }
    telling.part(kFirst, "-kept");
    telling.complete();
    CHECK(telling.others == "one-kept");
    telling.complete(100);
    CHECK(telling.others == "one-kept");
}

}  // namespace saker
