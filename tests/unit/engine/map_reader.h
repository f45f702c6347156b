// An event for tests: a map from field to values, that counts how often it is asked.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/lang/condition.h"

namespace saker::lang {

class MapReader final : public FieldReader {
  public:
    using Map = std::map<std::string, std::vector<Value>>;

    explicit MapReader(Map values) : values_(std::move(values)) {}

    void read(const FieldUse& use, Values& out) override {
        ++reads_[use.key];
        const auto found = values_.find(use.key);
        if (found != values_.end()) {
            for (const Value& value : found->second) {
                out.add(value);
            }
        }
    }

    const std::map<std::string, int>& reads() const { return reads_; }
    const Map& values() const { return values_; }

  private:
    Map values_;
    std::map<std::string, int> reads_;
};

/// What the condition means, read off its tree: the program must agree.
inline bool obviously_true(const Condition& condition, FieldReader& reader, bool negated = false) {
    if (const auto* test = std::get_if<Test>(&condition.node)) {
        Scratch scratch;
        Values left(scratch);
        Values right(scratch);
        evaluate(test->left, reader, left);
        if (test->op->family != Family::exists && !test->has_literals()) {
            evaluate(test->right, reader, right);
        }
        return holds(*test, negated, left.all(), right.all());
    }
    if (const auto* negation = std::get_if<Negation>(&condition.node)) {
        return !obviously_true(*negation->term, reader, !negated);
    }
    const auto* all = std::get_if<AllOf>(&condition.node);
    const auto& terms = all ? all->terms : std::get<AnyOf>(condition.node).terms;
    for (const Condition& term : terms) {
        if (obviously_true(term, reader, negated) != (all != nullptr)) {
            return all == nullptr;
        }
    }
    return all != nullptr;
}

}  // namespace saker::lang
