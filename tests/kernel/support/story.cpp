#include "tests/kernel/support/story.h"

#include <sys/wait.h>

#include <algorithm>
#include <catch2/catch.hpp>

namespace saker::kernel_tests {
namespace {

bool fits(const Record& record, std::string_view event, const std::vector<Trait>& traits) {
    return record.name() == event && !record.is_snapshot() &&
           std::ranges::all_of(traits, [&](const Trait& trait) { return trait(record); });
}

}  // namespace

const Record* Story::find(std::string_view event, const std::vector<Trait>& traits) const {
    const auto found = std::ranges::find_if(
        records_, [&](const Record& record) { return fits(record, event, traits); });
    return found == records_.end() ? nullptr : &*found;
}

const Record& Story::first_of(std::string_view event, const std::vector<Trait>& traits) const {
    const Record* found = find(event, traits);
    if (found == nullptr) {
        FAIL("no such '" << event << "' in this story:\n" << tell());
    }
    return *found;
}

std::vector<const Record*> Story::all_of(std::string_view event,
                                         const std::vector<Trait>& traits) const {
    std::vector<const Record*> found;
    for (const Record& record : records_) {
        if (fits(record, event, traits)) {
            found.push_back(&record);
        }
    }
    return found;
}

int Story::exit_code() const {
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
}

std::string Story::tell() const {
    static constexpr size_t kMostLines = 60;
    std::string lines;
    for (size_t i = 0; i < std::min(records_.size(), kMostLines); ++i) {
        lines += "  " + records_[i].tell() + "\n";
    }
    if (records_.size() > kMostLines) {
        lines += "  and " + std::to_string(records_.size() - kMostLines) + " more\n";
    }
    return lines + "  the actor, " + std::to_string(actor_) + ", ended with wait status " +
           std::to_string(status_) + "\n";
}

void Story::end(pid_t actor, int status) {
    actor_ = actor;
    status_ = status;
}

}  // namespace saker::kernel_tests
