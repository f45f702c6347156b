#include "tests/support/live.h"

#include <algorithm>
#include <cstdlib>

namespace saker::support {
namespace {

std::string from_environment(const char* name, const char* otherwise) {
    const char* given = std::getenv(name);
    return given ? given : otherwise;
}

}  // namespace

Milliseconds patience() {
    return Milliseconds(std::stol(from_environment("SAKER_TEST_PATIENCE_MS", "10000")));
}

std::string saker_binary() {
    return from_environment("SAKER_BINARY", SAKER_BUILT_BINARY);
}
std::string acts_binary() {
    return from_environment("SAKER_ACTS", SAKER_BUILT_ACTS);
}
bool disposable_machine() {
    return std::getenv("SAKER_DISPOSABLE_MACHINE") != nullptr;
}

Result<Puppet> Puppet::start(const std::string& program) {
    auto child = Child::start({program, "obey"});
    if (!child)
        return child.error();
    return Puppet(std::move(*child));
}

int Puppet::act(const std::string& words) {
    if (!child_.say(words))
        return -1;
    const auto answer = child_.out().next(patience());
    return answer ? std::atoi(answer->c_str()) : -1;
}

Result<Daemon> Daemon::start(const std::vector<std::string>& arguments,
                             std::vector<std::string> before) {
    std::vector<std::string> words = std::move(before);
    words.insert(words.end(), {saker_binary(), "run"});
    words.insert(words.end(), arguments.begin(), arguments.end());
    auto child = Child::start(words);
    if (!child)
        return child.error();
    std::string said;
    while (auto line = child->err().next(patience())) {
        if (*line == "saker: ready")
            return Daemon(std::move(*child));
        said += *line + "\n";
    }
    return Error{"no ready line; it said: " + said};
}

bool Daemon::take(Milliseconds patience) {
    const auto line = child_.out().next(patience);
    if (!line)
        return false;
    auto parsed = nlohmann::json::parse(*line, nullptr, false);
    // A line that is no JSON is kept as a string, so that no test overlooks it.
    kept_.push_back(parsed.is_discarded() ? nlohmann::json(*line) : std::move(parsed));
    return true;
}

std::optional<nlohmann::json> Daemon::alert(const std::string& rule, Milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& alert) {
            return alert.is_object() && alert.value("rule", "") == rule;
        });
        if (found != kept_.end()) {
            auto alert = std::move(*found);
            kept_.erase(found);
            return alert;
        }
        const auto left =
            std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
        if (!take(std::max(left, Milliseconds(0))))
            return std::nullopt;
    }
}

std::vector<nlohmann::json> Daemon::others() {
    while (take(Milliseconds(0))) {
    }
    return std::exchange(kept_, {});
}

int Daemon::stop(int signal_number) {
    child_.signal(signal_number);
    return child_.wait(patience()).value_or(-1);
}

std::string Daemon::last_words() {
    return child_.err().rest(patience());
}

}  // namespace saker::support
