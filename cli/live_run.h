// One live run, from opened source to summary: the engine's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cli/budget.h"
#include "cli/containers.h"
#include "cli/deliveries.h"
#include "cli/file_watch.h"
#include "cli/life_signs.h"
#include "cli/live.h"
#include "cli/loss_teller.h"
#include "cli/notify.h"
#include "cli/output_totals.h"
#include "cli/prepare.h"
#include "cli/reloader.h"
#include "cli/run.h"
#include "cli/status.h"
#include "engine/pipeline.h"

namespace saker::cli {

class LiveRun {
  public:
    /// The source is a loan for the run's life. Without life signs nobody will know when it ended.
    LiveRun(const RunOptions& options, Prepared prepared, KernelSource& source,
            Deliveries deliveries, std::optional<LifeSigns> life);

    /// Says that events flow: to whoever reads the log, asks over HTTP or manages the service.
    void announce();

    /// Until told to stop; events flow all the while.
    Result<void> until(Stop& stop);

    /// The last words: counters for machines if they asked, then the line for people.
    void sum_up(bool json);

    const StatusBoard& board() const { return board_; }
    Reloader& reloader() { return reloader_; }

  private:
    PipelineOptions options() const;
    Result<size_t> poll(Stop& stop, int wait_ms);
    void make(Change change);
    void look_up_names();
    void every_second();
    void tell_gap();
    void show_life();
    void look_for_changes();
    void watch_hooks();
    void keep_budget();
    void begin_budget();
    void tell(std::optional<InternalNotice> notice);
    void tell_troubles();
    void publish();
    void report_failures();
    void look_for_left_spools();
    void settle_totals();
    std::vector<OutputStatus> all_outputs();
    std::vector<RuleMatches> matches() const;

    Prepared prepared_;
    KernelSource& source_;
    Deliveries deliveries_;
    std::unique_ptr<containers::Lookup> containers_;  // null: nobody is asked
    State state_;
    std::unique_ptr<DomainNames> names_;
    Pipeline pipeline_;
    Reloader reloader_;
    StatusBoard board_;
    Notifier notifier_;
    FileWatch files_;
    std::optional<LifeSigns> life_;
    bool has_ended_well_ = false;
    bool files_changed_ = false;
    std::map<std::string, RuleWork> earlier_work_;     // of rules of before the last reload
    std::map<std::string, uint64_t> earlier_trouble_;  // of outputs, when last looked
    OutputTotals totals_;
    Status status_;
    uint32_t seconds_since_act_ = 0;
    std::vector<HookTrouble> told_troubles_;
    uint64_t canaries_ = 0;
    Budget budget_;
    LossTeller losses_;
    uint64_t told_lost_ = 0;
    int seconds_since_told_;
};

}  // namespace saker::cli
