// The straight line: record -> Event -> State -> rules -> Alert. One thread's.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/alert_maker.h"
#include "engine/held_events.h"
#include "engine/sequence_watch.h"
#include "engine/source/source.h"
#include "engine/talkers.h"
#include "engine/throttle.h"

namespace saker {

/// Takes an alert over; must not wait.
using AlertSink = std::function<void(Alert)>;

/// What rules cost on one type of event, of those that were measured: the first, and then every
/// `kMeasuredEach`th.
struct JudgeTime {
    uint64_t measured = 0;
    uint64_t nanoseconds = 0;
};
inline constexpr uint64_t kMeasuredEach = 64;

/// What one rule had to do alone; its condition is tested together with those of the others.
struct RuleWork {
    uint64_t matches = 0;
    uint64_t nanoseconds = 0;  // making its alerts and handing them on
};

/// Everything that came, and every place where something could be lost on the way.
struct PipelineStats {
    uint64_t events = 0;         // judged by rules
    uint64_t alerts = 0;         // made and handed on
    uint64_t lost_critical = 0;  // missing sequence numbers: no room in the ring
    uint64_t lost_bulk = 0;
    uint64_t malformed = 0;      // no record of this build
    uint64_t canaries = 0;       // our own proofs that hooks fire
    uint64_t held = 0;           // events that waited for what their container's runtime says
    uint64_t gave_up = 0;        // of those, judged without it
    uint64_t throttled = 0;      // alerts not made, but counted and told by a summary
    uint64_t summaries = 0;      // of `alerts`
    uint64_t throttle_full = 0;  // alerts whose like is not held back: no room to count it
    std::array<uint64_t, EVENT_COUNT> by_event{};  // of `events`, by event id
    std::array<JudgeTime, EVENT_COUNT> judging{};  // the same

    uint64_t lost() const { return lost_critical + lost_bulk + malformed; }
};

struct PipelineOptions {
    std::string boot_id;
    bool first_rule_only = false;
    std::map<std::string, std::string> labels{};  // on every alert
    RedactorOptions redaction{};
    uint64_t container_wait = 2'000'000'000;  // ns an event waits at most for its container's facts
    size_t held_bytes = size_t{16} << 20;     // of all that wait; the oldest then waits no longer
    size_t throttle_keys = 10'000;            // floods counted at a time
};

class Pipeline final : public RecordSink {
  public:
    /// All of it is a loan for the pipeline's life.
    Pipeline(Source& source, State& state, const rules::RuleSet& rules, PipelineOptions options,
             AlertSink deliver);

    /// Takes what the source has, waiting up to `wait_ms` for it.
    Result<size_t> poll(int wait_ms);

    void take(std::span<const std::byte> record) override;

    /// Alerts of something that is wrong with the watching itself; no rule is asked.
    void tell(InternalNotice notice);

    /// No answer will come any more: what waits is judged as it is, and what was held back is told.
    void finish();

    /// From the next record on these rules judge, with these options; state and counts stay. What
    /// waits for an answer is judged by the rules it met, and what they held back is told.
    void replace(const rules::RuleSet& rules, PipelineOptions options);

    const PipelineStats& stats() const { return stats_; }

    /// Of what was read up to a moment (boottime ns), up to when it was judged too: an event may
    /// wait for what a container's runtime says.
    uint64_t judged_through(uint64_t read_through) const;

    /// Alerts counted so far of which no summary has told yet.
    uint64_t held_back() const { return throttle_.held_back(); }

    /// By a rule's index in the rules of now.
    const std::vector<RuleWork>& rule_work() const { return rule_work_; }

    /// The processes of most events since this was asked before.
    std::vector<Talker> take_talkers(size_t most) { return talkers_.take(most); }

  private:
    void note_loss(const event_header& header);
    void drain_births(const Event& event);
    void judge(const Context& context, std::span<const std::byte> record);
    void match(const Context& context);
    void match_measured(const Context& context);
    void hold_or_tell(const Context& context, std::span<const std::byte> record, bool undecided);
    void adopt_rules();
    void raise(const Context& context, uint32_t rule, bool gave_up);
    void make_alert(const Context& context, uint32_t rule, bool gave_up);
    void tell_held_back(uint64_t now);
    void settle(const std::string& container);
    void settle_overdue(uint64_t now);
    void judge_held(HeldEvent held, bool gave_up);

    Source& source_;
    State& state_;
    const rules::RuleSet* rules_;
    PipelineOptions options_;
    const AlertSink deliver_;
    lang::MatchState match_state_;
    std::vector<uint32_t> matching_;      // rules that hold for the event at hand
    std::vector<RuleWork> rule_work_;     // by rule
    std::vector<uint8_t> asks_runtime_;   // by rule: whether its condition may
    std::vector<uint8_t> shows_runtime_;  // by rule: whether its output does
    HeldEvents held_;
    AlertMaker alerts_;
    Throttle throttle_;
    SequenceWatch sequences_;
    Talkers talkers_;
    PipelineStats stats_;
    Loss unsaid_;  // lost since the last alert
    bool is_draining_ = false;
};

}  // namespace saker
