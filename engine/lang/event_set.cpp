// Trying a test against every kind of event there is.
#include "engine/lang/event_set.h"

#include <array>

namespace saker::lang {

namespace {

/// What the four fields hold on an event of some kind; no value when the field is absent there.
std::optional<std::string_view> text_on(std::string_view field, EventKind kind) {
    if (field == "syscall.type" && !is_syscall(kind)) {
        return std::nullopt;
    }
    return field == "evt.dir" ? "<" : name_of(kind);
}

/// Events are numbered from 1, so a test that separates 0 from the rest is a constant.
std::optional<bool> number_test(const Test& test, bool negated) {
    if (test.op->family == Family::exists) {
        return true;
    }
    if (!test.has_literals()) {
        return std::nullopt;
    }
    // Between literals an ordering or equality does not change: trying both sides of each is
    // enough.
    std::optional<bool> answer;
    const auto try_number = [&](uint64_t number) {
        if (number == 0) {
            return true;
        }
        const std::array<Value, 1> value{number};
        const bool now = holds(test, negated, value);
        const bool same = !answer || *answer == now;
        answer = now;
        return same;
    };
    bool constant = try_number(1) && try_number(UINT64_MAX);
    for (const Literal& literal : test.literals()) {
        const auto* number = std::get_if<uint64_t>(&literal.other);
        constant = constant && number && try_number(*number) && try_number(*number - 1) &&
                   try_number(*number + 1);
    }
    return constant ? answer : std::nullopt;
}

/// Kinds that are one of the names: the usual test, without trying every kind.
EventSet kinds_named(std::string_view field, std::span<const Literal> names) {
    EventSet kinds;
    for (const Literal& name : names) {
        const auto kind = find_event_kind(name.bytes);
        if (kind && text_on(field, *kind)) {
            kinds.set(index_of(*kind));
        }
    }
    return kinds;
}

EventSet kinds_tried(const Test& test, bool negated, std::string_view field) {
    EventSet kinds;
    for (size_t i = 0; i < kEventKinds; ++i) {
        const auto text = text_on(field, static_cast<EventKind>(i));
        if (text) {
            const std::array<Value, 1> value{*text};
            kinds.set(i, holds(test, negated, value));
        }
    }
    return kinds;
}

}  // namespace

std::optional<KindTest> KindTest::of(const Test& test, bool negated) {
    const auto* use = std::get_if<FieldUse>(&test.left.node);
    if (!use || use->argument.given) {
        return std::nullopt;
    }
    KindTest made;
    if (use->field->name == "evt.num") {
        const std::optional<bool> answer = number_test(test, negated);
        if (!answer) {
            return std::nullopt;
        }
        if (*answer) {
            made.true_.set();
        }
        return made;
    }
    const bool names_kind = use->field->name == "evt.type" || use->field->name == "syscall.type" ||
                            use->field->name == "evt.dir";
    if (!names_kind || (test.op->family != Family::exists && !test.has_literals())) {
        return std::nullopt;
    }
    const Family family = test.op->family;
    const bool is_member =
        test.modifier == Modifier::none && (family == Family::equal || family == Family::in);
    made.true_ = is_member && use->field->name != "evt.dir"
                     ? kinds_named(use->field->name, test.literals())
                     : kinds_tried(test, negated, use->field->name);
    return made;
}

}  // namespace saker::lang
