// What the kernel said while something was done.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/kernel/support/record.h"

namespace saker::kernel_tests {

/// The records of one capture, in the order the rings gave them, and how the act ended.
class Story {
  public:
    /// The first event of that name with all these traits. Fails the test case, telling the whole
    /// story, when there is none. A loan as long as the story lives.
    template <class... Traits>
    const Record& first(std::string_view event, Traits... traits) const& {
        return first_of(event, {traits...});
    }
    template <class... Traits>
    const Record& first(std::string_view event, Traits... traits) const&& = delete;

    /// There is such an event.
    template <class... Traits>
    bool has(std::string_view event, Traits... traits) const {
        return find(event, {traits...}) != nullptr;
    }

    /// Every such event. A loan as long as the story lives.
    template <class... Traits>
    std::vector<const Record*> all(std::string_view event, Traits... traits) const& {
        return all_of(event, {traits...});
    }

    const std::vector<Record>& records() const { return records_; }

    /// The process that acted, and its status as wait gives it.
    pid_t actor() const { return actor_; }
    int status() const { return status_; }

    /// The exit code of the acting process, or -1 when a signal ended it.
    int exit_code() const;

    std::string tell() const;

    void add(Record record) { records_.push_back(std::move(record)); }
    void end(pid_t actor, int status);

  private:
    const Record* find(std::string_view event, const std::vector<Trait>& traits) const;
    const Record& first_of(std::string_view event, const std::vector<Trait>& traits) const;
    std::vector<const Record*> all_of(std::string_view event,
                                      const std::vector<Trait>& traits) const;

    std::vector<Record> records_;
    pid_t actor_ = 0;
    int status_ = 0;
};

}  // namespace saker::kernel_tests
