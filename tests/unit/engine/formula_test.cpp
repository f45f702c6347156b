// Formulas are simplified as they are made, and equal ones are one.
#include "engine/lang/formula.h"

#include <catch2/catch.hpp>

namespace saker::lang {
namespace {

using Kind = Formulas::Kind;

struct Pool : Formulas {
    FormulaId yes(uint32_t predicate) { return leaf({predicate, true}, predicate < 2); }
    FormulaId no(uint32_t predicate) { return leaf({predicate, false}, predicate < 2); }
    FormulaId all(std::vector<FormulaId> terms) { return combine(Kind::all, std::move(terms)); }
    FormulaId any(std::vector<FormulaId> terms) { return combine(Kind::any, std::move(terms)); }
};

}  // namespace

TEST_CASE("equal formulas are one, whatever the order and grouping of their terms") {
    Pool pool;
    const FormulaId flat = pool.all({pool.yes(2), pool.yes(3), pool.no(4)});
    CHECK(pool.all({pool.no(4), pool.all({pool.yes(3), pool.yes(2)})}) == flat);
    CHECK(pool.all({pool.yes(3), pool.yes(3)}) == pool.yes(3));
    CHECK(pool.any({pool.yes(2), pool.yes(3), pool.no(4)}) != flat);
}

TEST_CASE("constants and contradictions disappear") {
    Pool pool;
    CHECK(pool.all({}) == FormulaId::always);
    CHECK(pool.any({}) == FormulaId::never);
    CHECK(pool.all({pool.yes(2), FormulaId::never}) == FormulaId::never);
    CHECK(pool.all({pool.yes(2), FormulaId::always}) == pool.yes(2));
    CHECK(pool.any({pool.yes(2), FormulaId::always}) == FormulaId::always);
    CHECK(pool.all({pool.yes(5), pool.yes(2), pool.no(5)}) == FormulaId::never);
    CHECK(pool.any({pool.yes(5), pool.yes(2), pool.no(5)}) == FormulaId::always);
    CHECK(pool.all({pool.no(5), pool.yes(6)}) != FormulaId::never);
}

TEST_CASE("specialising puts in what is known and leaves the rest") {
    Pool pool;
    const FormulaId formula =
        pool.all({pool.any({pool.yes(0), pool.all({pool.yes(1), pool.yes(2)})}), pool.no(3)});
    const auto on = [&](Known zero, Known one) {
        const std::vector<Known> known{zero, one, Known::unknown, Known::unknown};
        std::unordered_map<FormulaId, FormulaId> memory;
        return pool.specialise(formula, known, memory);
    };
    CHECK(on(Known::yes, Known::no) == pool.no(3));
    CHECK(on(Known::no, Known::yes) == pool.all({pool.yes(2), pool.no(3)}));
    CHECK(on(Known::no, Known::no) == FormulaId::never);
    CHECK(on(Known::unknown, Known::unknown) == formula);
}

}  // namespace saker::lang
