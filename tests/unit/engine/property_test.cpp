// Random rules over random events: the program and the plain reading of the tree agree.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/oracle.h"
#include "tests/unit/engine/random_cases.h"
#include "tests/unit/engine/rules.h"

namespace saker::lang {
namespace {

/// SAKER_PROPERTY_CASES verdicts, or a few seconds' worth.
uint64_t cases_wanted() {
    const char* wanted = std::getenv("SAKER_PROPERTY_CASES");
    return wanted ? std::strtoull(wanted, nullptr, 10) : 200'000;
}

uint32_t first_seed() {
    const char* seed = std::getenv("SAKER_PROPERTY_SEED");
    return seed ? static_cast<uint32_t>(std::strtoul(seed, nullptr, 10)) : 1;
}

std::vector<std::string> random_rules(RandomCases& random, size_t count) {
    std::vector<std::string> texts;
    while (texts.size() < count) {
        std::string text = random.condition(3);
        const auto expr = parse_condition(text);
        if (expr && check(*expr).condition) {
            texts.push_back(std::move(text));
        }
    }
    return texts;
}

std::string shown(const MapReader::Map& event) {
    std::string text;
    for (const auto& [field, values] : event) {
        text += field + " =";
        for (const Value& value : values) {
            if (const auto* words = std::get_if<std::string_view>(&value)) {
                text += " '" + std::string(*words) + "'";
            } else if (const auto number = number_bits(value)) {
                text += " " + std::to_string(static_cast<int64_t>(*number));
            } else {
                text += " address";
            }
        }
        text += "\n";
    }
    return text;
}

}  // namespace

TEST_CASE("the program and the plain reading of conditions agree") {
    uint64_t cases = 0;
    uint64_t matched = 0;
    for (uint32_t seed = first_seed(); cases < cases_wanted(); ++seed) {
        RandomCases random(seed);
        const std::vector<std::string> texts = random_rules(random, 12);
        RuleTexts rules(texts);
        for (int i = 0; i < 200; ++i) {
            const EventKind kind = random.kind();
            MapReader reader(random.event(kind));
            std::vector<uint32_t> expected;
            for (uint32_t rule = 0; rule < texts.size(); ++rule) {
                if (testing::is_true(rules.condition(rule), reader)) {
                    expected.push_back(rule);
                    if (!rules.program().events_of(rule).test(index_of(kind))) {
                        FAIL("seed " << seed << ": " << texts[rule] << " cannot match "
                                     << name_of(kind) << ", and does");
                    }
                }
            }
            const auto found = rules.match(kind, reader);
            const auto found_any_kind = rules.match_any_kind(reader);
            const auto first = rules.match_first(kind, reader);
            if (found != expected || found_any_kind != expected ||
                first != (expected.empty() ? std::nullopt : std::optional(expected.front()))) {
                for (uint32_t rule = 0; rule < texts.size(); ++rule) {
                    UNSCOPED_INFO(rule << ": " << texts[rule]);
                }
                INFO("seed " << seed << ", event " << i << "\n" << shown(reader.values()));
                CHECK(found == expected);
                CHECK(found_any_kind == expected);
                FAIL("they differ");
            }
            cases += texts.size();
            matched += expected.size();
        }
    }
    WARN(cases << " verdicts, " << matched << " of them true");
    CHECK(matched > cases / 20);
}

TEST_CASE("another name of an object hides nothing, and buys no exemption") {
    uint64_t matched = 0;
    uint64_t more = 0;
    for (uint32_t seed = first_seed(); matched < 20'000; ++seed) {
        RandomCases random(seed);
        const std::vector<std::string> texts = random_rules(random, 12);
        RuleTexts rules(texts);
        for (int i = 0; i < 100; ++i) {
            const EventKind kind = random.kind();
            const MapReader::Map event = random.event(kind);
            MapReader reader(event);
            MapReader renamed(random.with_another_name(event));
            const auto before = rules.match(kind, reader);
            const auto after = rules.match(kind, renamed);
            for (const uint32_t rule : before) {
                if (std::ranges::find(after, rule) == after.end()) {
                    FAIL("seed " << seed << ": " << texts[rule] << "\n"
                                 << shown(event) << "is told, but not when it is also\n"
                                 << shown(renamed.values()));
                }
            }
            matched += before.size();
            more += after.size() - before.size();
        }
    }
    CHECK(more > 100);
}

}  // namespace saker::lang
