#include "engine/containers/lookup.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cstring>

#include "engine/state/host.h"
#include "probes/events.h"

namespace saker::containers {
namespace {

constexpr size_t kMostQuestions = 4096;
constexpr size_t kLargestText = size_t{256} << 10;
constexpr size_t kLongestId = 256;
constexpr std::chrono::milliseconds kLongestPause{250};
constexpr std::chrono::seconds kAfterFailure{5};

/// As a probe would lay it out: the members, then the texts they point to.
std::vector<std::byte> make_record(std::string_view id, std::string_view text) {
    const size_t size = (sizeof(container_facts_event) + id.size() + text.size() + 7) & ~size_t{7};
    std::vector<std::byte> bytes(size);
    container_facts_event event{};
    event.header.size = static_cast<uint32_t>(size);
    event.header.event = EVENT_container_facts;
    event.header.flags = RECORD_SNAPSHOT;  // of no ring: it has no number there
    event.header.lane = LANE_critical;
    event.header.time = boottime_now();
    event.container = {sizeof event, static_cast<uint32_t>(id.size())};
    event.facts = {event.container.offset + event.container.length,
                   static_cast<uint32_t>(text.size())};
    std::memcpy(bytes.data(), &event, sizeof event);
    std::memcpy(bytes.data() + event.container.offset, id.data(), id.size());
    std::memcpy(bytes.data() + event.facts.offset, text.data(), text.size());
    return bytes;
}

}  // namespace

bool is_safe_id(std::string_view id) {
    return !id.empty() && id.size() <= kLongestId && id.front() != '.' &&
           std::ranges::all_of(id, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-' || c == '_' || c == '.';
           });
}

Lookup::Lookup(std::vector<std::unique_ptr<Runtime>> runtimes, std::chrono::milliseconds patience)
    : patience_(patience) {
    ::curl_global_init(CURL_GLOBAL_DEFAULT);
    for (std::unique_ptr<Runtime>& runtime : runtimes) {
        runtimes_.push_back({std::move(runtime)});
    }
    // Signals are the main thread's.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Lookup::~Lookup() {
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
    }
    news_.notify_all();
    thread_.join();
}

bool Lookup::ask(const Container& container) {
    const Clock::time_point now = Clock::now();
    {
        const std::lock_guard lock(mutex_);
        if (questions_.size() >= kMostQuestions) {
            return false;
        }
        questions_.push_back(
            {container.full_id, std::string(container.type), now, now + patience_});
    }
    news_.notify_all();
    return true;
}

std::vector<std::vector<std::byte>> Lookup::take_answers() {
    const std::lock_guard lock(mutex_);
    has_answers_.store(false, std::memory_order_release);
    return std::exchange(answers_, {});
}

std::vector<std::string> Lookup::take_errors() {
    const std::lock_guard lock(mutex_);
    return std::exchange(errors_, {});
}

LookupCounts Lookup::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

/// Waits for one that is due; nothing at the end.
std::optional<Lookup::Question> Lookup::next_question() {
    std::unique_lock lock(mutex_);
    while (!is_ending_) {
        const auto first = std::ranges::min_element(questions_, {}, &Question::due);
        if (first == questions_.end()) {
            news_.wait(lock);
        } else if (first->due > Clock::now()) {
            const Clock::time_point due = first->due;
            news_.wait_until(lock, due);
        } else {
            Question question = std::move(*first);
            questions_.erase(first);
            return question;
        }
    }
    return std::nullopt;
}

void Lookup::run() {
    ::pthread_setname_np(::pthread_self(), "containers");
    while (std::optional<Question> question = next_question()) {
        look_up(*std::move(question));
    }
}

void Lookup::look_up(Question question) {
    bool may_come = false;
    if (const auto found = find(question, may_come)) {
        answer(question.id, *found);
        return;
    }
    const Clock::time_point now = Clock::now();
    if (!may_come || now >= question.give_up) {
        answer(question.id, {});
        const std::lock_guard lock(mutex_);
        ++counts_.unknown;
        return;
    }
    question.due = std::min(now + question.pause, question.give_up);
    question.pause = std::min(question.pause * 2, kLongestPause);
    const std::lock_guard lock(mutex_);
    questions_.push_back(std::move(question));
}

/// `may_come` says whether some runtime could still get to know it.
std::optional<ContainerFacts> Lookup::find(const Question& question, bool& may_come) {
    if (!is_safe_id(question.id)) {
        return std::nullopt;
    }
    for (Asked& asked : runtimes_) {
        if (!asked.runtime->may_know(question.type) || !asked.runtime->is_here()) {
            continue;
        }
        may_come = true;
        if (Clock::now() < asked.not_before) {
            continue;
        }
        auto found = asked.runtime->find(question.id);
        if (!found) {
            note_failure(asked, found.error().text());
            continue;
        }
        asked.has_failed = false;
        if (*found) {
            return **std::move(found);
        }
    }
    return std::nullopt;
}

/// One that hangs would keep all others waiting: it is left alone for a while.
void Lookup::note_failure(Asked& asked, const std::string& error) {
    asked.not_before = Clock::now() + kAfterFailure;
    const std::lock_guard lock(mutex_);
    ++counts_.failures;
    if (!asked.has_failed) {
        errors_.push_back(asked.runtime->name() + ": " + error);
    }
    asked.has_failed = true;
}

void Lookup::answer(const std::string& id, const ContainerFacts& facts) {
    bool was_cut = false;
    std::vector<std::byte> record = make_record(id, text_of(facts, kLargestText, was_cut));
    const std::lock_guard lock(mutex_);
    counts_.cut += was_cut;
    answers_.push_back(std::move(record));
    has_answers_.store(true, std::memory_order_release);
}

}  // namespace saker::containers
