// From a rule that holds for an event to an Alert that owns its bytes.
#pragma once

#include <map>
#include <string>

#include "engine/alert.h"
#include "engine/base/scratch.h"
#include "engine/event/redact.h"
#include "engine/rules/rule_set.h"
#include "engine/state/context.h"
#include "engine/throttle.h"

namespace saker {

/// Something is wrong with the watching itself.
struct InternalNotice {
    std::string rule;  // the name it alerts under, as if it were a rule
    std::string message;
    std::vector<rules::OutputField> fields{};
    rules::Priority priority = rules::Priority::critical;
};

class AlertMaker {
  public:
    /// `boot_id` is of the machine the events are from; the labels are on every alert.
    AlertMaker(std::string boot_id, std::map<std::string, std::string> labels,
               RedactorOptions redaction)
        : boot_id_(std::move(boot_id)),
          labels_(std::move(labels)),
          redactor_(std::move(redaction)) {}

    /// Shows no secret the redaction knows of.
    Alert make(const Context& judged, const rules::Rule& rule, const Loss& loss);

    /// These fields of the event, as they may be shown.
    std::vector<rules::OutputField> read(const Context& judged,
                                         const std::vector<rules::NamedTemplate>& fields);

    /// Tells of alerts that were held back, at the time of the first of them; its id says behind
    /// which one, so a replay gives the same.
    Alert make_summary(const State& state, const rules::Rule& rule, const HeldBack& held,
                       const Loss& loss) const;

    /// Of no event: what Saker has to say about itself. `time` is wall-clock, ns since the epoch.
    Alert make_internal(const Host& host, uint64_t time, InternalNotice notice);

  private:
    std::string boot_id_;
    std::map<std::string, std::string> labels_;
    Redactor redactor_;
    Scratch scratch_;
    uint64_t notices_ = 0;
};

}  // namespace saker
