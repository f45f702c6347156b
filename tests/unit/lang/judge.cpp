#include "tests/unit/lang/judge.h"

#include <nlohmann/json.hpp>

#include "cli/json_event.h"
#include "engine/lang/program.h"
#include "tests/support/oracle.h"

namespace saker::testing {
namespace {

/// The tree with `lang::holds` at its leaves.
bool walked(const lang::Condition& condition, lang::FieldReader& reader, bool negated) {
    if (const auto* test = std::get_if<lang::Test>(&condition.node)) {
        Scratch scratch;
        lang::Values left(scratch);
        lang::Values right(scratch);
        lang::evaluate(test->left, reader, left);
        if (test->op->family != lang::Family::exists && !test->has_literals()) {
            lang::evaluate(test->right, reader, right);
        }
        return lang::holds(*test, negated, left.all(), right.all());
    }
    if (const auto* negation = std::get_if<lang::Negation>(&condition.node)) {
        return !walked(*negation->term, reader, !negated);
    }
    if (const auto* all = std::get_if<lang::AllOf>(&condition.node)) {
        for (const lang::Condition& term : all->terms) {
            if (!walked(term, reader, negated)) {
                return false;
            }
        }
        return true;
    }
    for (const lang::Condition& term : std::get<lang::AnyOf>(condition.node).terms) {
        if (walked(term, reader, negated)) {
            return true;
        }
    }
    return false;
}

bool compiled(const lang::Condition& condition, lang::FieldReader& reader) {
    const lang::ProgramRule rule{&condition, true};
    const auto program = lang::Program::build({&rule, 1});
    auto state = program.new_state();
    std::vector<uint32_t> matches;
    program.match_any_kind(reader, state, matches);
    return !matches.empty();
}

}  // namespace

Judged judge(const std::string& condition, const nlohmann::json& event) {
    Judged judged;
    const auto parsed = lang::parse_condition(condition);
    if (!parsed) {
        judged.message = parsed.error().text();
        return judged;
    }
    auto checked = lang::check(*parsed);
    judged.mistakes = std::move(checked.mistakes);
    if (!checked.condition) {
        for (const lang::Mistake& mistake : judged.mistakes) {
            judged.message += mistake.message + "; ";
        }
        return judged;
    }
    cli::JsonEvent reader(event);
    const bool oracle = is_true(*checked.condition, reader);
    judged.verdict = oracle ? Verdict::yes : Verdict::no;
    judged.agreed = walked(*checked.condition, reader, false) == oracle &&
                    compiled(*checked.condition, reader) == oracle;
    return judged;
}

std::string name_of(Verdict verdict) {
    return verdict == Verdict::yes ? "true" : verdict == Verdict::no ? "false" : "error";
}

}  // namespace saker::testing
