// Finds out about containers on a thread of its own, and tells as records.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/containers/runtime.h"
#include "engine/state/container_table.h"

namespace saker::containers {

/// What cannot be seen from the answers.
struct LookupCounts {
    uint64_t failures = 0;  // times a runtime could not be asked
    uint64_t cut = 0;       // answers too long for a record, cut
    uint64_t unknown = 0;   // containers that no runtime knew in time
};

class Lookup final : public ContainerAsker {
  public:
    /// A container that no runtime knows yet is asked for again during `patience`.
    Lookup(std::vector<std::unique_ptr<Runtime>> runtimes, std::chrono::milliseconds patience);
    ~Lookup() override;

    bool ask(const Container& container) override;

    /// Hands over the answers that came since, each a record of its own; never waits for one.
    template <class Sink>
    void hand_over(Sink& sink) {
        if (!has_answers_.load(std::memory_order_acquire)) {
            return;
        }
        for (const std::vector<std::byte>& record : take_answers()) {
            sink.take({record.data(), record.size()});
        }
    }

    /// Runtimes that could not be asked, each told once until it works again.
    std::vector<std::string> take_errors();

    LookupCounts counts() const;

  private:
    using Clock = std::chrono::steady_clock;
    struct Question {
        std::string id;
        std::string type;
        Clock::time_point due;
        Clock::time_point give_up;
        std::chrono::milliseconds pause{10};
    };
    struct Asked {
        std::unique_ptr<Runtime> runtime;
        Clock::time_point not_before{};  // left alone until then, after a failure
        bool has_failed = false;
    };

    void run();
    std::optional<Question> next_question();
    void look_up(Question question);
    std::optional<ContainerFacts> find(const Question& question, bool& may_come);
    void note_failure(Asked& asked, const std::string& error);
    void answer(const std::string& id, const ContainerFacts& facts);
    std::vector<std::vector<std::byte>> take_answers();

    std::vector<Asked> runtimes_;  // the thread's
    const std::chrono::milliseconds patience_;
    mutable std::mutex mutex_;
    std::condition_variable news_;
    std::deque<Question> questions_;
    std::vector<std::vector<std::byte>> answers_;
    std::vector<std::string> errors_;
    LookupCounts counts_;
    std::atomic<bool> has_answers_{false};
    bool is_ending_ = false;
    std::thread thread_;  // the last: it uses all the others
};

/// Whether an id can stand in a path and a URL as it is.
bool is_safe_id(std::string_view id);

}  // namespace saker::containers
