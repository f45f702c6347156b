// One verdict on a condition and an event, agreed upon by all who judge.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "engine/lang/condition.h"

namespace saker::testing {

enum class Verdict : unsigned char { no, yes, error };

struct Judged {
    Verdict verdict = Verdict::error;
    std::string message;  // why it is an error
    std::vector<lang::Mistake> mistakes;
    bool agreed = true;  // the compiled program, the tests' own walk and the oracle
};

/// Parses, checks and judges the condition by the compiled program, by `lang::holds` and by the
/// oracle.
Judged judge(const std::string& condition, const nlohmann::json& event);

std::string name_of(Verdict verdict);

}  // namespace saker::testing
