// Tables of {condition, verdict}, judged on one event.
#pragma once

#include <catch2/catch.hpp>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/lang/judge.h"

namespace saker::testing {

struct Row {
    std::string condition;
    Verdict verdict;
};

inline constexpr Verdict no = Verdict::no;
inline constexpr Verdict yes = Verdict::yes;
inline constexpr Verdict refused = Verdict::error;

inline void check_rows(const std::string& event, std::initializer_list<Row> rows) {
    const auto fields = nlohmann::json::parse(event);
    for (const Row& row : rows) {
        const auto judged = judge(row.condition, fields);
        INFO(row.condition << "\n" << judged.message);
        CHECK(name_of(judged.verdict) == name_of(row.verdict));
        CHECK(judged.agreed);
    }
}

}  // namespace saker::testing
