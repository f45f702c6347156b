// Files made to hurt end in an error, soon and in little memory.
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "tests/unit/rules/rule_files.h"

namespace rules = saker::rules;
using saker::Severity;
using saker::testing::find_code;
using saker::testing::load_text;
using saker::testing::rule_with;
using saker::testing::RuleFolder;
using saker::testing::shown;

namespace {

std::string repeated(const std::string& text, size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    for (size_t i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

/// Macros that each use the one before twice.
std::string doubling(size_t count) {
    std::string text = "- macro: m0\n  condition: (evt.type = open)\n";
    for (size_t i = 1; i < count; ++i) {
        const std::string before = "m" + std::to_string(i - 1);
        text +=
            "- macro: m" + std::to_string(i) + "\n  condition: " + before + " or " + before + "\n";
    }
    return text + rule_with("m" + std::to_string(count - 1));
}

std::string doubling_lists(size_t count) {
    std::string text = "- list: l0\n  items: [a, b]\n";
    for (size_t i = 1; i < count; ++i) {
        const std::string before = "l" + std::to_string(i - 1);
        text += "- list: l" + std::to_string(i) + "\n  items: [" + before + ", " + before + "]\n";
    }
    return text +
           rule_with("evt.type = open and proc.name in (l" + std::to_string(count - 1) + ")");
}

/// A chain of macros, each using the next.
std::string chain(size_t count) {
    std::string text;
    for (size_t i = 0; i + 1 < count; ++i) {
        text += "- macro: m" + std::to_string(i) + "\n  condition: not m" + std::to_string(i + 1) +
                "\n";
    }
    return text + "- macro: m" + std::to_string(count - 1) + "\n  condition: evt.type = open\n" +
           rule_with("m0");
}

/// Nine aliases of nine aliases of …
std::string alias_bomb() {
    std::string text = "- &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        text += "- &a" + std::to_string(i) + " [" + repeated(before + ", ", 8) + before + "]\n";
    }
    return text + "- list: l\n  items: *a11\n";
}

long peak_kilobytes() {
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("hostile files end in an error, in bounded time and memory") {
    struct Row {
        const char* what;
        std::string text;
    };
    const Row rows[] = {
        {"doubling macros", doubling(64)},
        {"doubling lists", doubling_lists(64)},
        {"a chain of macros", chain(5000)},
        {"a cycle of macros",
         "- macro: a\n  condition: b\n- macro: b\n  condition: c\n- macro: c\n  condition: a\n"},
        {"a cycle of lists", "- list: a\n  items: [b]\n- list: b\n  items: [a]\n" +
                                 rule_with("evt.type = open and proc.name in (a)")},
        {"an alias bomb", alias_bomb()},
        {"an alias inside what it names", "- &a [*a]\n"},
        {"nested brackets", repeated("[", 5'000'000)},
        {"nested braces", repeated("{a: ", 2'000'000)},
        {"nested dashes", repeated("- ", 5'000'000)},
        {"nested questions", repeated("? ", 5'000'000)},
        {"nested parentheses",
         rule_with(repeated("(", 1'000'000) + "a" + repeated(")", 1'000'000))},
        {"many nots", rule_with(repeated("not (", 200'000) + "a" + repeated(")", 200'000))},
        {"bytes that are no text", "- rule: \xFF\xFE\n"},
        {"a cut character", "- rule: \xE2\x82"},
        {"an overlong character", "- rule: \xC0\xAF\n"},
        {"a NUL byte", std::string("- rule: a\0b\n", 12)},
        {"sixteen bits", std::string("\xFF\xFE-\0 \0a\0", 8)},
        {"a word of ten megabytes", rule_with(repeated("x", 10'000'000))},
        {"too large", repeated("# x\n", 5'000'000)},
        {"too many items", repeated("-\n", 5'000'000)},
    };
    for (const Row& row : rows) {
        const auto start = std::chrono::steady_clock::now();
        const rules::Loaded loaded = load_text(row.text);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        INFO(row.what << " took " << took.count() << " s\n" << shown(loaded).substr(0, 2000));
        CHECK_FALSE(loaded.ok());
        CHECK_FALSE(loaded.diagnostics.empty());
        CHECK(loaded.diagnostics.size() < 100);
        CHECK(took.count() < 60);  // sanitizers and busy machines are slow
    }
    CHECK(peak_kilobytes() < 3'000'000);
}

TEST_CASE("large files that mean no harm load") {
    std::string items;
    for (int i = 0; i < 100'000; ++i) {
        items += "name" + std::to_string(i) + ", ";
    }
    const auto loaded = load_text("- list: l\n  items: [" + items + "x]\n" +
                                  rule_with("evt.type = open and proc.name in (l)"));
    INFO(shown(loaded));
    CHECK(loaded.ok());
}

TEST_CASE("what cannot be read says so") {
    const RuleFolder folder;
    for (const std::string& path :
         {folder.path() + "/missing.yaml", std::string("/dev/zero"), std::string("")}) {
        const rules::Loaded loaded = rules::load_rules({path});
        INFO(path << shown(loaded));
        CHECK_FALSE(loaded.ok());
        CHECK(find_code(loaded, "LOAD_ERR_FILE_READ") != nullptr);
    }
    const std::string fifo = folder.path() + "/fifo.yaml";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(find_code(rules::load_rules({fifo}), "LOAD_ERR_FILE_READ") != nullptr);
}

TEST_CASE("a directory is its rule files, by name, without those below") {
    const RuleFolder folder;
    folder.write("b.yml", "- macro: m\n  condition: evt.type = close\n");
    folder.write("a.yaml", "- macro: m\n  condition: evt.type = open\n" + rule_with("m"));
    folder.write("c.txt", "not yaml: [");
    REQUIRE(::mkdir((folder.path() + "/d.yaml").c_str(), 0700) == 0);
    REQUIRE(::mkdir((folder.path() + "/below").c_str(), 0700) == 0);
    folder.write("below/e.yaml", "- nonsense");
    const rules::Loaded loaded = rules::load_rules({folder.path()});
    INFO(shown(loaded));
    REQUIRE(loaded.ok());
    CHECK(loaded.rules->rules().front().condition == "evt.type = close");
    CHECK(rules::load_rules({folder.path() + "/below/../"}).ok());
}

TEST_CASE("files anybody may write are told") {
    const RuleFolder folder;
    const std::string file = folder.write("a.yaml", "");
    ::chmod(file.c_str(), 0644);
    CHECK(rules::find_writable_by_others({file}, Severity::error).empty());
    ::chmod(file.c_str(), 0666);
    for (const std::string& path : {file, folder.path()}) {
        const auto found = rules::find_writable_by_others({path}, Severity::warning);
        REQUIRE(found.size() == 1);
        CHECK(found.front().severity == Severity::warning);
        CHECK(found.front().where.file == file);
    }
    ::chmod(file.c_str(), 0644);
    ::chmod(folder.path().c_str(), 0777);
    CHECK(rules::find_writable_by_others({folder.path()}, Severity::error).size() == 1);
}
