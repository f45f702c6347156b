#include "engine/rules/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "engine/event/event_kind.h"
#include "engine/lang/event_set.h"
#include "engine/rules/codes.h"
#include "engine/rules/field_uses.h"

namespace saker::rules {
namespace {

using lang::Condition;
using lang::EventSet;
using lang::Known;
using lang::Test;

constexpr size_t kManyEvents = 100;
constexpr size_t kLongestComm = 15;

/// Fields that hold the kernel's short name of a task.
constexpr auto kShortNames = std::to_array<std::string_view>(
    {"proc.name", "proc.pname", "proc.aname", "proc.sname", "proc.vpgid.name", "proc.pgid.name"});

/// The field an operand is; null when it is something else, or the empty right side of `exists`.
const lang::FieldUse* field_of(const lang::Operand& operand) {
    const auto* use = std::get_if<lang::FieldUse>(&operand.node);
    return use != nullptr && use->field != nullptr ? use : nullptr;
}

/// Fields this build has no reader for, among those a test reads.
void note_unfilled(const Test& test, std::set<std::string>& out) {
    const auto note = [&](const lang::FieldUse& use) {
        if (use.field->read == nullptr) {
            out.insert(use.key);
        }
    };
    each_field(test.left, note);
    each_field(test.right, note);
}

bool is_short_name(const Test& test) {
    const lang::FieldUse* use = field_of(test.left);
    return use != nullptr && std::ranges::find(kShortNames, use->field->name) != kShortNames.end();
}

bool compares_whole(const Test& test) {
    return test.has_literals() &&
           (test.op->family == lang::Family::equal || test.op->family == lang::Family::in ||
            test.op->family == lang::Family::intersects);
}

bool is_too_long(const lang::Literal& literal) {
    return literal.text.size() > kLongestComm;
}

/// Every literal is a name longer than the kernel keeps.
bool is_hopeless_name(const Test& test) {
    return is_short_name(test) && compares_whole(test) && !test.literals().empty() &&
           std::ranges::all_of(test.literals(), is_too_long);
}

/// What the world looks like while a condition is examined.
struct World {
    EventKind kind{};
    const std::set<std::string>* absent = nullptr;  // fields without a value
};

/// Decides whether conditions could be true of some event, taking tests as independent of one
/// another except for what the kind of event and single values decide.
class Judge {
  public:
    bool can_be(const Condition& condition, bool wanted, const World& world) {
        if (const auto* test = std::get_if<Test>(&condition.node)) {
            return test_can_be(*test, wanted, world);
        }
        if (const auto* negation = std::get_if<lang::Negation>(&condition.node)) {
            return can_be(*negation->term, !wanted, world);
        }
        const auto* all = std::get_if<lang::AllOf>(&condition.node);
        const auto& terms =
            all != nullptr ? all->terms : std::get<lang::AnyOf>(condition.node).terms;
        const auto possible = [&](const Condition& term) { return can_be(term, wanted, world); };
        if ((all != nullptr) == wanted) {
            return std::ranges::all_of(terms, possible) && !(wanted && contradict(terms));
        }
        return std::ranges::any_of(terms, possible);
    }

  private:
    struct Cached {
        std::optional<lang::KindTest> yes;
        std::optional<lang::KindTest> no;
        std::set<std::string> unfilled;
    };

    const Cached& known(const Test& test) {
        const auto [entry, fresh] = tests_.try_emplace(&test);
        if (fresh) {
            entry->second = {lang::KindTest::of(test, false), lang::KindTest::of(test, true), {}};
            note_unfilled(test, entry->second.unfilled);
        }
        return entry->second;
    }

    bool test_can_be(const Test& test, bool wanted, const World& world) {
        const Cached& facts = known(test);
        const auto& by_kind = wanted ? facts.yes : facts.no;
        if (by_kind) {
            return (by_kind->on(world.kind) == Known::yes) == wanted;
        }
        const auto is_absent = [&](const std::string& field) {
            return world.absent->count(field) != 0;
        };
        const bool hopeless =
            std::ranges::any_of(facts.unfilled, is_absent) || is_hopeless_name(test) ||
            (test.has_literals() && test.literals().empty() && test.op->family == lang::Family::in);
        return !(wanted && hopeless);
    }

    /// Two of the terms ask different values of one field that has a single value.
    bool contradict(const std::vector<Condition>& terms) {
        std::unordered_map<std::string, std::set<std::string>> allowed;
        for (const Condition& term : terms) {
            const auto* test = std::get_if<Test>(&term.node);
            if (test == nullptr || test->left.several != lang::Several::single ||
                test->modifier != lang::Modifier::none || !compares_whole(*test)) {
                continue;
            }
            std::set<std::string> values;
            for (const lang::Literal& literal : test->literals()) {
                values.insert(literal.text);
            }
            const bool textual = test->left.type == lang::FieldType::text;
            if (!textual) {
                continue;  // other types spell one value in several ways
            }
            const auto [entry, fresh] = allowed.try_emplace(test->left.key, values);
            if (!fresh) {
                std::erase_if(entry->second,
                              [&](const std::string& value) { return values.count(value) == 0; });
            }
            if (entry->second.empty()) {
                return true;
            }
        }
        return false;
    }

    std::unordered_map<const Test*, Cached> tests_;
};

std::string listed(const std::set<std::string>& names) {
    static constexpr size_t kMost = 6;
    std::string text;
    size_t count = 0;
    for (const std::string& name : names) {
        if (++count > kMost) {
            return text + fmt::format(" and {} more", names.size() - kMost);
        }
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

/// Why no event can make the condition true here; empty when one can.
std::string why_never(const Condition& condition, const EventSet& events) {
    std::set<std::string> lost;
    std::vector<EventKind> captured;
    for (size_t i = 0; i < kEventKinds; ++i) {
        const auto kind = static_cast<EventKind>(i);
        if (!events.test(i)) {
            continue;
        }
        if (is_captured(kind)) {
            captured.push_back(kind);
        } else {
            lost.insert(std::string(name_of(kind)));
        }
    }
    if (captured.empty() && lost.empty()) {
        return "its condition is true of no event";
    }
    if (captured.empty()) {
        return "this build does not capture the events it is for: " + listed(lost);
    }
    std::set<std::string> unfilled;
    each_test(condition, [&](const Test& test) { note_unfilled(test, unfilled); });
    Judge judge;
    const auto possible_without = [&](const std::set<std::string>& fields) {
        return std::ranges::any_of(captured, [&](EventKind kind) {
            return judge.can_be(condition, true, {kind, &fields});
        });
    };
    if (possible_without(unfilled)) {
        return {};
    }
    if (!possible_without({})) {
        return "its condition contradicts itself, or needs a name longer than 15 characters";
    }
    // Name only what would have to be filled, where one field alone stands in the way.
    std::set<std::string> needed;
    for (const std::string& field : unfilled) {
        if (!possible_without({field})) {
            needed.insert(field);
        }
    }
    std::string why = "this build does not fill " + listed(needed.empty() ? unfilled : needed);
    if (!lost.empty()) {
        why += ", nor capture " + listed(lost);
    }
    return why;
}

void warn_of_long_names(const Rule& rule, const std::string& name, Report& report) {
    each_test(*rule.test, [&](const Test& test) {
        if (!is_short_name(test) || !compares_whole(test)) {
            return;
        }
        for (const lang::Literal& literal : test.literals()) {
            if (is_too_long(literal)) {
                const std::string owner = report.item_of(test.span);
                report.warning(
                    {codes::kNameTooLong,
                     fmt::format("'{}' can never match: the kernel keeps 15 characters of a "
                                 "process's name",
                                 literal.text),
                     fmt::format("write '{}', or use startswith",
                                 literal.text.substr(0, kLongestComm)),
                     owner.empty() ? name : owner},
                    report.place_of(test.span));
            }
        }
    });
}

}  // namespace

void advise(const RuleSet& rules, const std::vector<const RuleItem*>& items, Report& report) {
    for (size_t i = 0; i < rules.rules().size(); ++i) {
        const Rule& rule = rules.rules()[i];
        const RuleItem& item = *items[i];
        const std::string name = item_name("rule", item.name);
        const EventSet& events = rules.program().events_of(static_cast<uint32_t>(i));
        if ((events.none() || events.count() > kManyEvents) &&
            item.warn_event_types.value_or(true)) {
            report.warning(
                {codes::kNoEventType,
                 events.none() ? "Rule matches no evt.type value."
                               : "Rule matches too many evt.type values. This has a significant "
                                 "performance penalty.",
                 "begin the condition with, say, evt.type in (open, openat) and", name},
                item.name.place);
        }
        warn_of_long_names(rule, name, report);
        const std::string why = why_never(*rule.test, events);
        if (!why.empty()) {
            report.warning({codes::kNeverMatches, "loads, but can never match here, because " + why,
                            "saker list events and saker list fields say what there is", name},
                           item.name.place);
        }
    }
}

}  // namespace saker::rules
