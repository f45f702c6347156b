// Matching: suspects first, then their tests.
#include "engine/lang/program.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace saker::lang {

namespace {

void suspect(std::span<const SuspectBits> suspects, std::vector<uint64_t>& set) {
    for (const SuspectBits& some : suspects) {
        set[some.word] |= some.bits;
    }
}

void suspect_by_literals(const LiteralSuspicion& suspicion, MatchState& state,
                         std::vector<uint64_t>& set) {
    for (const uint32_t literal : state.found(suspicion.group)) {
        const auto found = std::ranges::lower_bound(suspicion.literals, literal);
        if (found == suspicion.literals.end() || *found != literal) {
            continue;
        }
        const auto at = static_cast<size_t>(found - suspicion.literals.begin());
        const uint32_t begin = suspicion.begins[at];
        suspect(std::span(suspicion.suspects).subspan(begin, suspicion.begins[at + 1] - begin),
                set);
    }
}

bool judge(const std::vector<Step>& steps, uint32_t place, MatchState& state) {
    while (place < kNoMatch) {
        const Step& step = steps[place];
        place = state.is_true(step.predicate) ? step.if_true : step.if_false;
    }
    return place == kMatch;
}

}  // namespace

/// Judges the plan's rules, only those whose bit is in `among` if that is not null. `on_match` gets
/// a rule's index and says whether to go on.
template <class OnMatch>
void Program::run(const Plan& plan, const uint64_t* among, MatchState& state,
                  OnMatch on_match) const {
    std::vector<uint64_t>& suspects = state.suspects();
    const size_t words = (plan.rules.size() + 63) / 64;
    if (suspects.size() < words) {
        suspects.resize(words);
    }
    suspect(plan.always, suspects);
    for (const LiteralSuspicion& suspicion : plan.by_literal) {
        suspect_by_literals(suspicion, state, suspects);
    }
    for (const LeafSuspicion& suspicion : plan.by_leaf) {
        if (state.is_true(suspicion.leaf.predicate) == suspicion.leaf.wanted) {
            suspect(suspicion.suspects, suspects);
        }
    }
    bool going = true;
    for (size_t word = 0; word < words; ++word) {
        uint64_t bits = std::exchange(suspects[word], 0) & (among ? among[word] : ~uint64_t{0});
        for (; going && bits != 0; bits &= bits - 1) {
            const PlannedRule& rule =
                plan.rules[word * 64 + static_cast<size_t>(std::countr_zero(bits))];
            if (judge(parts_.steps, rule.place, state)) {
                going = on_match(rule.rule);
            }
        }
    }
}

/// The rules special to the kind first, then those that are the same on most.
template <class OnMatch>
void Program::run_kind(EventKind kind, FieldReader& reader, MatchState& state,
                       OnMatch on_match) const {
    const ProgramParts::KindPlan& of_kind = parts_.plan_of_kind[index_of(kind)];
    const Plan& plan = parts_.plans[of_kind.plan];
    if (plan.rules.empty() && of_kind.usual == kNowhere) {
        return;
    }
    state.begin(reader);
    run(plan, nullptr, state, on_match);
    if (of_kind.usual != kNowhere) {
        run(parts_.plans[parts_.usual_plan], parts_.usual_rules[of_kind.usual].data(), state,
            on_match);
    }
}

void Program::match(EventKind kind, FieldReader& reader, MatchState& state,
                    std::vector<uint32_t>& matches) const {
    const auto before = static_cast<std::ptrdiff_t>(matches.size());
    run_kind(kind, reader, state, [&](uint32_t rule) {
        matches.push_back(rule);
        return true;
    });
    std::sort(matches.begin() + before, matches.end());
}

std::optional<uint32_t> Program::match_first(EventKind kind, FieldReader& reader,
                                             MatchState& state) const {
    std::optional<uint32_t> first;
    run_kind(kind, reader, state, [&](uint32_t rule) {
        first = std::min(rule, first.value_or(rule));
        return false;
    });
    return first;
}

void Program::match_any_kind(FieldReader& reader, MatchState& state,
                             std::vector<uint32_t>& matches) const {
    state.begin(reader);
    run(parts_.plans[parts_.plan_of_any_kind], nullptr, state, [&](uint32_t rule) {
        matches.push_back(rule);
        return true;
    });
}

}  // namespace saker::lang
