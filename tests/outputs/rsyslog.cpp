#include "tests/outputs/rsyslog.h"

#include <csignal>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/outputs/scene.h"

namespace saker::testing {

Rsyslog::Rsyslog(const support::Folder& folder, const std::string& input)
    : written_(folder.path("received")), config_(folder.path("rsyslog.conf")) {
    std::ofstream(config_) << "global(workDirectory=\"" << folder.path() << "\""
                           << " maxMessageSize=\"128k\""
                           << " parser.escapeControlCharactersOnReceive=\"off\")\n"
                           << input << "template(name=\"t\" type=\"string\" string=\""
                           << "%pri%|%hostname%|%app-name%|%structured-data%|%msg%\\n\")\n"
                           << "*.* action(type=\"omfile\" file=\"" << written_
                           << "\" template=\"t\" flushInterval=\"1\" flushOnTXEnd=\"on\")\n";
    start();
}

void Rsyslog::start() {
    child_.reset();
    auto started = support::Child::start({"rsyslogd", "-n", "-f", config_, "-i", config_ + ".pid"});
    REQUIRE(started);
    child_ = std::make_unique<support::Child>(std::move(*started));
}

void Rsyslog::kill() {
    child_->signal(SIGKILL);
    child_->wait(kPatience);
}

std::vector<std::string> Rsyslog::lines() const {
    std::istringstream stream(text_of(written_));
    std::vector<std::string> all;
    for (std::string line; std::getline(stream, line);) {
        // rsyslog tells of its own start and end, too.
        if (line.find("|saker|") != std::string::npos) {
            all.push_back(line);
        }
    }
    return all;
}

std::vector<std::string> Rsyslog::ids_until(size_t different) const {
    static const std::regex kId("saker@32473 id=\"([^\"]+)\"");
    std::vector<std::string> found;
    wait_until([&] {
        found.clear();
        for (const std::string& line : lines()) {
            std::smatch match;
            if (std::regex_search(line, match, kId)) {
                found.push_back(match[1]);
            }
        }
        return without_repetitions(found).size() >= different;
    });
    return found;
}

std::string tcp_input(int port) {
    return "module(load=\"imtcp\")\ninput(type=\"imtcp\" address=\"127.0.0.1\" port=\"" +
           std::to_string(port) + "\")\n";
}

}  // namespace saker::testing
