// Makes a new configuration ready beside the running one, and tells when it can take its place.
#pragma once

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/deliveries.h"
#include "cli/prepare.h"
#include "cli/run.h"
#include "engine/alert_maker.h"
#include "engine/source/kernel_source.h"

namespace saker::cli {

/// What alerts about reloads are called.
inline constexpr const char* kReloadFailed = "Saker internal: reload failed";
inline constexpr const char* kReloaded = "Saker internal: reloaded";

/// All that a reload replaces, ready to be used.
struct Change {
    Prepared prepared;
    Deliveries deliveries;
    HookChange hooks;
};

/// What the change replaced; closed by the reloader's thread, since that takes a while.
struct Replaced {
    Prepared prepared;
    Deliveries deliveries;
    std::vector<HookPart> hooks;
};

struct ReloadOutcome {
    bool done = false;
    std::string words;  // what was loaded, or what is wrong
};

/// A thread of its own does the work, so that the engine's goes on polling.
class Reloader {
  public:
    /// `running` and `deliveries` are the engine's: read only while it waits in `take`'s exchange.
    Reloader(RunOptions options, KernelSource& source, const Prepared& running,
             const Deliveries& deliveries);
    ~Reloader();
    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;

    /// From any thread. Requests that come while one is worked on are one together.
    std::future<ReloadOutcome> request(std::string why);

    // The engine's thread:

    /// A change that is ready; to be made at once, and answered by `replaced`.
    std::optional<Change> take();
    void replaced(Replaced old);

    /// Something is made ready: hooks are being proven, which needs the canary for itself.
    bool is_working() const { return is_working_.load(); }

    /// Takes no request any more and waits until outputs that were replaced have ended: those in
    /// their place may need what these hold.
    void finish();

    /// What is to be told by alerts.
    std::vector<InternalNotice> take_news();

    /// How the outputs that were replaced ended, once all have.
    std::optional<std::vector<OutputStatus>> take_ended();

  private:
    struct Request {
        std::string why;
        std::promise<ReloadOutcome> answer;
    };

    void work();
    ReloadOutcome reload(const std::string& why);
    ReloadOutcome refuse(const std::string& why, const std::string& wrong);
    void exchange(Change change);
    void tell(InternalNotice news);
    std::vector<std::string> unchangeable(const config::Config& wanted) const;

    const RunOptions options_;
    KernelSource& source_;
    const Prepared& running_;
    const Deliveries& deliveries_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Request> requests_;
    std::optional<Change> ready_;
    std::optional<Replaced> old_;
    std::vector<InternalNotice> news_;
    std::optional<std::vector<OutputStatus>> ended_;
    bool is_ending_ = false;
    std::atomic<bool> is_working_ = false;
    std::atomic<bool> has_something_ = false;  // for the engine, which must not lock in vain
    std::thread thread_;
};

}  // namespace saker::cli
