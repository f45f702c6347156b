// What may be shown of an event: the same as rules see, with secrets covered.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "engine/event/redact.h"
#include "engine/state/context.h"

namespace saker {

/// Made for an alert, after rules have judged the event by what it really says. A loan of the
/// context it was made from: where there is nothing to cover, it is that one.
class ShownContext {
  public:
    ShownContext(const Context& context, const Redactor& redactor);
    ShownContext(const ShownContext&) = delete;
    ShownContext& operator=(const ShownContext&) = delete;

    const Context& get() const { return shown_ ? *shown_ : context_; }

  private:
    const Program* covered(const Program& program, const Redactor& redactor);
    const Process* covered_lineage(const Redactor& redactor);
    const Event& covered_event(const Redactor& redactor);

    const Context& context_;
    std::deque<Program> programs_;  // those that had something to cover
    std::deque<Process> processes_;
    std::vector<uint64_t> record_;  // aligned as records are
    std::optional<Event> event_;
    std::optional<Context> shown_;
};

}  // namespace saker
