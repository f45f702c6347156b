#include "cli/reloader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/diagnostics.h"
#include "cli/live.h"
#include "cli/log.h"
#include "config/fingerprint.h"

namespace saker::cli {
namespace {

constexpr std::chrono::seconds kPatience{5};  // with outputs that are no longer configured

}  // namespace

Reloader::Reloader(RunOptions options, KernelSource& source, const Prepared& running,
                   const Deliveries& deliveries)
    : options_(std::move(options)),
      source_(source),
      running_(running),
      deliveries_(deliveries),
      thread_([this] { work(); }) {}

Reloader::~Reloader() {
    finish();
}

void Reloader::finish() {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
    }
    source_.end_preparing();
    changed_.notify_all();
    thread_.join();
}

std::future<ReloadOutcome> Reloader::request(std::string why) {
    std::future<ReloadOutcome> answer;
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back({std::move(why), {}});
        answer = requests_.back().answer.get_future();
    }
    changed_.notify_all();
    return answer;
}

std::optional<Change> Reloader::take() {
    if (!has_something_.load(std::memory_order_acquire)) {
        return {};
    }
    const std::lock_guard lock(mutex_);
    return std::exchange(ready_, {});
}

void Reloader::replaced(Replaced old) {
    {
        const std::lock_guard lock(mutex_);
        old_ = std::move(old);
    }
    changed_.notify_all();
}

std::vector<InternalNotice> Reloader::take_news() {
    if (!has_something_.load(std::memory_order_acquire)) {
        return {};
    }
    const std::lock_guard lock(mutex_);
    has_something_.store(ready_.has_value(), std::memory_order_release);
    return std::exchange(news_, {});
}

std::optional<std::vector<OutputStatus>> Reloader::take_ended() {
    const std::lock_guard lock(mutex_);
    return std::exchange(ended_, {});
}

void Reloader::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return is_ending_ || !requests_.empty(); });
        if (is_ending_) {
            return;  // whoever waits for an answer gets a broken promise
        }
        std::vector<Request> requests = std::exchange(requests_, {});
        is_working_ = true;
        lock.unlock();
        const ReloadOutcome outcome = reload(requests.front().why);
        for (Request& request : requests) {
            request.answer.set_value(outcome);
        }
        lock.lock();
        is_working_ = false;
    }
}

ReloadOutcome Reloader::reload(const std::string& why) {
    log_info("reloading: " + why);
    Prepared prepared = prepare(options_.config, options_.rules);
    if (!prepared.rules) {
        return refuse(why, describe(prepared.findings));
    }
    for (const std::string& setting : unchangeable(prepared.config)) {
        log_warning("a change of '" + setting + "' needs a restart");
    }
    prepared.config.state_directory = running_.config.state_directory;
    Result<Deliveries> deliveries =
        Deliveries::open(prepared.config, options_.json, outputs::WhenFull::drops, &deliveries_);
    if (!deliveries) {
        return refuse(why, deliveries.error().text());
    }
    const lang::EventSet wanted = wanted_events(*prepared.rules);
    Result<HookChange> hooks =
        source_.prepare(captured_of(wanted), calls_of(wanted), extras_of(*prepared.rules));
    if (!hooks) {
        return refuse(why, hooks.error().text());
    }
    const std::string words = fmt::format("{} rules", prepared.rules->rules().size());
    const bool asked_twice = asks_for_races(*prepared.rules);
    exchange({std::move(prepared), *std::move(deliveries), *std::move(hooks)});
    for (const std::string& spot : blind_spots(source_, wanted)) {
        log_warning("blind spot: " + spot);
    }
    if (asked_twice && !source_.asked_twice()) {
        log_warning("rules ask for evt.toctou now: of files it is known only after a restart");
    }
    log_info("reloaded: " + words);
    tell({kReloaded,
          "reloaded (" + why + "): " + words,
          {{"saker.reload.reason", rules::OutputScalar(why)}},
          rules::Priority::informational});
    return {true, words};
}

ReloadOutcome Reloader::refuse(const std::string& why, const std::string& wrong) {
    log_error("not reloaded, all stays as it was: " + wrong);
    tell({kReloadFailed,
          "not reloaded (" + why + "), all stays as it was: " + wrong,
          {{"saker.reload.reason", rules::OutputScalar(why)},
           {"saker.reload.error", rules::OutputScalar(wrong)}},
          rules::Priority::error});
    return {false, wrong};
}

void Reloader::exchange(Change change) {
    std::unique_lock lock(mutex_);
    ready_.emplace(std::move(change));
    has_something_.store(true, std::memory_order_release);
    changed_.wait(lock, [&] { return old_.has_value() || is_ending_; });
    std::optional<Replaced> old = std::exchange(old_, {});
    lock.unlock();
    if (old) {
        const uint64_t before = sum_of(old->deliveries.each()).dropped;
        std::vector<OutputStatus> ended = deliveries_.replace(old->deliveries, kPatience);
        const uint64_t lost = sum_of(ended).dropped - before;
        for (const std::string& error : old->deliveries.take_errors()) {
            log_warning("alerts not delivered: " + error);
        }
        if (lost > 0) {
            log_warning(fmt::format("alerts not delivered: {} of replaced outputs are lost", lost));
        }
        const std::lock_guard told(mutex_);
        ended_ = std::move(ended);
    }
}

void Reloader::tell(InternalNotice news) {
    const std::lock_guard lock(mutex_);
    news_.push_back(std::move(news));
    has_something_.store(true, std::memory_order_release);
}

std::vector<std::string> Reloader::unchangeable(const config::Config& wanted) const {
    const config::Config& running = running_.config;
    std::vector<std::string> names;
    const auto compare = [&](const char* name, const auto& is, const auto& was) {
        if (config::fingerprint(is) != config::fingerprint(was)) {
            names.emplace_back(name);
        }
    };
    compare("scope", wanted.scope, running.scope);
    compare("critical_ring_megabytes", wanted.critical_ring_megabytes,
            running.critical_ring_megabytes);
    compare("bulk_ring_megabytes", wanted.bulk_ring_megabytes, running.bulk_ring_megabytes);
    compare("state_directory", wanted.state_directory, running.state_directory);
    compare("hostname", wanted.hostname, running.hostname);
    return names;
}

}  // namespace saker::cli
