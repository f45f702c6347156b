#include "tests/live/scene.h"

#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace saker::support {
namespace {

std::string from_environment(const char* name, const char* otherwise) {
    const char* given = std::getenv(name);
    return given ? given : otherwise;
}

}  // namespace

std::string test_rules() {
    return from_environment("SAKER_TEST_RULES", SAKER_BUILT_TEST_RULES);
}
std::string shipped_rules() {
    return from_environment("SAKER_RULES", SAKER_SOURCE_DIR "/rules");
}

Puppet new_puppet() {
    auto puppet = Puppet::start();
    REQUIRE(puppet);
    return std::move(*puppet);
}

Daemon daemon_for(const Puppet& puppet, const std::string& rules, std::vector<std::string> more) {
    std::vector<std::string> words{"--scope", puppet.scope(), "-r", rules};
    words.insert(words.end(), more.begin(), more.end());
    auto daemon = Daemon::start(words);
    if (!daemon)
        FAIL(daemon.error().text());
    return std::move(*daemon);
}

std::string state_option(const Folder& folder) {
    return "state_directory=" + folder.path("state");
}

std::pair<int, std::string> ask_saker(const std::string& words) {
    FILE* pipe = ::popen((saker_binary() + " " + words + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string said;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
        said += static_cast<char>(c);
    }
    return {WEXITSTATUS(::pclose(pipe)), said};
}

Flood::Flood(Puppet& puppet) : puppet_(puppet) {
    REQUIRE(puppet_.child().say("open-flood 1000000000 /etc/passwd"));
}

Flood::~Flood() {
    const std::string puppet = std::to_string(puppet_.pid());
    const std::string path = "/proc/" + puppet + "/task/" + puppet + "/children";
    const auto deadline = std::chrono::steady_clock::now() + patience();
    while (std::chrono::steady_clock::now() < deadline) {
        pid_t flooder = 0;
        if (std::ifstream(path) >> flooder) {
            ::kill(flooder, SIGKILL);
            puppet_.child().out().next(patience());  // how the child ended
            return;
        }
    }
}

}  // namespace saker::support
