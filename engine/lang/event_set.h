// Which kinds of event a test can be true of, decided when rules are loaded.
#pragma once

#include <bitset>
#include <optional>

#include "engine/event/event_kind.h"
#include "engine/lang/condition.h"
#include "engine/lang/formula.h"

namespace saker::lang {

using EventSet = std::bitset<kEventKinds>;

/// What is known of a test once the kind of the event is: tests of `evt.type`, `syscall.type`,
/// `evt.dir` and the `evt.num` idioms for always and never.
class KindTest {
  public:
    /// Nothing when the kind of the event says nothing about the test.
    static std::optional<KindTest> of(const Test& test, bool negated);

    Known on(EventKind kind) const { return true_.test(index_of(kind)) ? Known::yes : Known::no; }
    const EventSet& truth() const { return true_; }

  private:
    EventSet true_;
};

}  // namespace saker::lang
