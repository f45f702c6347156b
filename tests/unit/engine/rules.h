// Rules for tests, from the text of their conditions.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "engine/lang/ast.h"
#include "engine/lang/program.h"
#include "tests/unit/engine/map_reader.h"

namespace saker::lang {

/// Null, with the reason told to Catch, when the text is no condition.
inline std::unique_ptr<Condition> condition_of(const std::string& text) {
    const auto expr = parse_condition(text);
    if (!expr) {
        UNSCOPED_INFO(text << ": " << expr.error().text());
        return nullptr;
    }
    Checked checked = check(*expr);
    for (const Mistake& mistake : checked.mistakes) {
        UNSCOPED_INFO(text << ": " << mistake.message);
    }
    return std::move(checked.condition);
}

inline EventKind kind_named(std::string_view name) {
    const auto kind = find_event_kind(name);
    REQUIRE(kind);
    return *kind;
}

/// A program and the conditions it borrows.
class RuleTexts {
  public:
    explicit RuleTexts(const std::vector<std::string>& texts, std::vector<bool> enabled = {}) {
        enabled.resize(texts.size(), true);
        for (size_t i = 0; i < texts.size(); ++i) {
            conditions_.push_back(condition_of(texts[i]));
            REQUIRE(conditions_.back() != nullptr);
            rules_.push_back({conditions_.back().get(), enabled[i]});
        }
        program_ = std::make_unique<Program>(Program::build(rules_));
        state_ = std::make_unique<MatchState>(program_->new_state());
    }

    const Program& program() const { return *program_; }
    const Condition& condition(size_t rule) const { return *conditions_[rule]; }

    std::vector<uint32_t> match(EventKind kind, FieldReader& reader) {
        std::vector<uint32_t> matches;
        program_->match(kind, reader, *state_, matches);
        return matches;
    }
    std::vector<uint32_t> match_any_kind(FieldReader& reader) {
        std::vector<uint32_t> matches;
        program_->match_any_kind(reader, *state_, matches);
        return matches;
    }
    std::optional<uint32_t> match_first(EventKind kind, FieldReader& reader) {
        return program_->match_first(kind, reader, *state_);
    }

    /// An event of that name, with what the kind alone decides filled in.
    std::vector<uint32_t> match(std::string_view event, MapReader::Map fields) {
        const EventKind kind = kind_named(event);
        fields["evt.type"] = {Value{name_of(kind)}};
        fields["evt.dir"] = {Value{std::string_view("<")}};
        fields["evt.num"] = {Value{uint64_t{7}}};
        if (is_syscall(kind)) {
            fields["syscall.type"] = {Value{name_of(kind)}};
        }
        MapReader reader(std::move(fields));
        const auto matches = match(kind, reader);
        CHECK(match_any_kind(reader) == matches);
        const auto first = match_first(kind, reader);
        CHECK(first == (matches.empty() ? std::nullopt : std::optional(matches.front())));
        return matches;
    }

  private:
    std::vector<std::unique_ptr<Condition>> conditions_;
    std::vector<ProgramRule> rules_;
    std::unique_ptr<Program> program_;
    std::unique_ptr<MatchState> state_;
};

inline Value text(std::string_view text) {
    return Value{text};
}

}  // namespace saker::lang
