// Searching many literals at once finds what searching them one by one finds.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "engine/lang/literal_set.h"
#include "engine/lang/literal_trie.h"

namespace saker::lang {
namespace {

std::set<uint32_t> found(const LiteralTrie& trie, std::string_view text) {
    std::set<uint32_t> hits;
    trie.search(text, [&](uint32_t literal) { return hits.insert(literal).second; });
    return hits;
}

std::string random_text(std::mt19937& random, size_t most) {
    std::string text(random() % (most + 1), 'a');
    for (char& letter : text) {
        letter = static_cast<char>("ab/\xff"[random() % 4]);
    }
    return text;
}

}  // namespace

TEST_CASE("a trie finds prefixes, suffixes and parts, the empty text included") {
    const std::vector<std::string> literals{"/etc/", "/etc/pam.d", "", "passwd", "/e", "etc"};
    const auto begins = LiteralTrie::build(literals, LiteralTrie::Where::begin);
    const auto ends = LiteralTrie::build(literals, LiteralTrie::Where::end);
    const auto inside = LiteralTrie::build(literals, LiteralTrie::Where::anywhere);
    REQUIRE((begins && ends && inside));
    CHECK(found(*begins, "/etc/passwd") == std::set<uint32_t>{0, 2, 4});
    CHECK(found(*ends, "/etc/passwd") == std::set<uint32_t>{2, 3});
    CHECK(found(*inside, "/etc/passwd") == std::set<uint32_t>{0, 2, 3, 4, 5});
    CHECK(found(*inside, "") == std::set<uint32_t>{2});
}

TEST_CASE("a trie agrees with searching one by one") {
    std::mt19937 random(7);
    for (int round = 0; round < 400; ++round) {
        std::set<std::string> distinct;
        for (size_t i = 0; i < 1 + random() % 12; ++i) {
            distinct.insert(random_text(random, 5));
        }
        const std::vector<std::string> literals(distinct.begin(), distinct.end());
        const auto begins = LiteralTrie::build(literals, LiteralTrie::Where::begin);
        const auto ends = LiteralTrie::build(literals, LiteralTrie::Where::end);
        const auto inside = LiteralTrie::build(literals, LiteralTrie::Where::anywhere);
        REQUIRE((begins && ends && inside));
        for (int i = 0; i < 20; ++i) {
            const std::string text = random_text(random, 20);
            std::set<uint32_t> prefix;
            std::set<uint32_t> suffix;
            std::set<uint32_t> part;
            for (uint32_t literal = 0; literal < literals.size(); ++literal) {
                if (text.starts_with(literals[literal])) {
                    prefix.insert(literal);
                }
                if (text.ends_with(literals[literal])) {
                    suffix.insert(literal);
                }
                if (text.find(literals[literal]) != std::string::npos) {
                    part.insert(literal);
                }
            }
            REQUIRE(found(*begins, text) == prefix);
            REQUIRE(found(*ends, text) == suffix);
            REQUIRE(found(*inside, text) == part);
        }
    }
}

TEST_CASE("a trie that would be too large is not built") {
    CHECK_FALSE(LiteralTrie::build(std::vector<std::string>{std::string(2'000'000, 'x')},
                                   LiteralTrie::Where::anywhere));
}

TEST_CASE("a table finds exactly its literals") {
    std::vector<std::string> texts;
    std::vector<uint64_t> numbers;
    for (uint64_t i = 0; i < 5000; ++i) {
        texts.push_back("/usr/lib/some/long/path/" + std::to_string(i) + "/file");
        numbers.push_back(i << 32U);
    }
    texts.emplace_back();
    const TextSet text_set(texts);
    const NumberSet number_set(numbers);
    for (uint32_t i = 0; i < texts.size(); ++i) {
        REQUIRE(text_set.find(texts[i]) == i);
        REQUIRE(text_set.find(texts[i] + "x") == kNoLiteral);
    }
    for (uint32_t i = 0; i < numbers.size(); ++i) {
        REQUIRE(number_set.find(numbers[i]) == i);
        REQUIRE(number_set.find(numbers[i] + 1) == kNoLiteral);
    }
    CHECK(TextSet({}).find("") == kNoLiteral);
}

}  // namespace saker::lang
