// Random conditions over a few fields of every sort, and random events that often satisfy them.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "engine/event/event_kind.h"
#include "tests/unit/engine/map_reader.h"

namespace saker::lang {

/// Everything follows from the seed.
class RandomCases {
  public:
    explicit RandomCases(uint32_t seed) : random_(seed) {}

    /// A condition of at most `depth` levels. May be one the language refuses.
    std::string condition(int depth);

    EventKind kind();

    /// Values for an event of that kind; each field may be missing.
    MapReader::Map event(EventKind kind);

    /// The last event, whose objects have each one name more.
    MapReader::Map with_another_name(MapReader::Map event);

  private:
    size_t below(size_t count) { return random_() % count; }
    bool chance(unsigned percent) { return random_() % 100 < percent; }
    template <class Items>
    auto& one_of(Items& items) {
        return items[below(std::size(items))];
    }

    std::string test();
    std::string text_test(const std::string& field);
    std::string number_test(const std::string& field);
    std::string address_test(const std::string& field);
    std::string kind_test();
    std::string word();
    std::string pattern();
    std::string list(std::string (RandomCases::*item)());
    std::string number();
    std::string address();
    std::string kind_name();
    Value some_text();
    std::vector<Value> some_texts(size_t most);

    std::mt19937 random_;
    std::vector<std::string> texts_;  // what the last event's values view
};

}  // namespace saker::lang
