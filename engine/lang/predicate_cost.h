// Guesses of what deciding a predicate costs and how often it is true: only the order of tests
// depends on them, never an answer.
#pragma once

#include "engine/lang/predicate_table.h"

namespace saker::lang {

/// Nanoseconds, roughly.
double cost_of_reading(const Operand& operand);
double cost_of_searching(Search search);

struct Estimate {
    double cost = 0;    // reading included
    double chance = 0;  // of being true on an event of a kind its rule wants
};
Estimate estimate(const PredicateTable& table, const Predicate& predicate);

}  // namespace saker::lang
