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

}  // namespace saker::lang
