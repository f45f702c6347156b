// The words of the command line that scripts rely on.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/live/scene.h"

using namespace saker::support;
using nlohmann::json;

TEST_CASE("ready is a line of its own, and signals end it well", "[command]") {
    const int number = GENERATE(SIGTERM, SIGINT);
    Scene scene;
    CHECK(scene.daemon.stop(number) == 0);
    CHECK(scene.daemon.others().empty());
    const std::string words = scene.daemon.last_words();
    INFO(words);
    for (const char* word : {"events", "alerts", "lost"})
        CHECK(words.find(word) != std::string::npos);
}

TEST_CASE("--duration ends it by itself", "[command]") {
    const auto puppet = new_puppet();
    auto daemon = daemon_for(puppet, test_rules(), {"--duration", "1"});
    CHECK(daemon.child().wait(patience()) == 0);
}

TEST_CASE("with --json standard output holds alerts alone, each at once", "[command]") {
    Scene scene;
    REQUIRE(scene.puppet.act("exec cat /etc/shadow") == 0);
    REQUIRE(scene.daemon.alert("opened shadow", patience()));  // while it still runs: flushed
    CHECK(scene.daemon.stop() == 0);
    for (const json& line : scene.daemon.others()) {
        INFO(line.dump());
        CHECK((line.is_object() && line.contains("rule")));
    }
}

TEST_CASE("without --json alerts are text", "[command]") {
    auto puppet = new_puppet();
    auto daemon = daemon_for(puppet, test_rules(), {});
    REQUIRE(puppet.act("exec cat /etc/shadow") == 0);
    bool found = false;
    while (!found) {
        const auto line = daemon.child().out().next(patience());
        REQUIRE(line);
        found = line->find("cat opened /etc/shadow") != std::string::npos;
        CHECK((!found || line->find("Warning") != std::string::npos));
    }
}

TEST_CASE("a file output gets each alert as JSON", "[command]") {
    Folder folder;
    const std::string config =
        folder.write("saker.yaml", "outputs:\n  - type: file\n    path: " + folder.path("alerts") +
                                       "\n    format: json\n");
    auto puppet = new_puppet();
    auto daemon = daemon_for(puppet, test_rules(), {"-c", config});
    REQUIRE(puppet.act("exec cat /etc/shadow") == 0);
    CHECK(daemon.stop() == 0);
    std::ifstream alerts(folder.path("alerts"));
    std::string line;
    bool found = false;
    while (std::getline(alerts, line))
        found |= json::parse(line, nullptr, false).value("rule", "") == "opened shadow";
    CHECK(found);
}

TEST_CASE("it never reports its own acts", "[command]") {
    Folder folder;
    auto puppet = new_puppet();
    // Everything this process starts is in scope, and so would the daemon be.
    auto daemon = Daemon::start({"--json", "--scope", "pid:" + std::to_string(::getpid()), "-r",
                                 folder.write("rules.yaml",
                                              "- rule: any open\n"
                                              "  desc: every file opened\n"
                                              "  condition: evt.type in (open, openat, execve)\n"
                                              "  output: \"%proc.name %proc.pid %fd.name\"\n"
                                              "  priority: NOTICE\n")});
    if (!daemon)
        FAIL(daemon.error().text());
    REQUIRE(puppet.act("open /etc/shadow") == 0);
    REQUIRE(daemon->alert("any open", patience()));
    CHECK(daemon->stop() == 0);
    for (const json& alert : daemon->others()) {
        INFO(alert.dump());
        CHECK(alert["output_fields"].value("proc.name", "") != "saker");
    }
}

TEST_CASE("doctor, list and check answer machines", "[command]") {
    const auto words = GENERATE(as<std::vector<std::string>>{}, std::vector<std::string>{"doctor"},
                                std::vector<std::string>{"list", "fields"},
                                std::vector<std::string>{"list", "events"},
                                std::vector<std::string>{"list", "rules"},
                                std::vector<std::string>{"check", "/nowhere.yaml"});
    std::vector<std::string> command{saker_binary()};
    command.insert(command.end(), words.begin(), words.end());
    command.push_back("--json");
    if (words[0] == "list" && words[1] == "rules")
        command.insert(command.end(), {"-r", test_rules()});
    const Finished finished = run_program(command, patience() * 3);
    INFO(words[0] << " said " << finished.err);
    CHECK((finished.status == 0 || finished.status == 1));
    const bool parsed = json::accept(finished.out);
    CHECK(parsed);
}

TEST_CASE("a condition can be watched", "[command]") {
    auto puppet = new_puppet();
    auto watch = Child::start({saker_binary(), "watch", "--json", "--scope", puppet.scope(),
                               "evt.type = execve and proc.cmdline contains saker-mark"});
    REQUIRE(watch);
    auto line = watch->err().next(patience());
    while (line && *line != "saker: ready")
        line = watch->err().next(patience());
    REQUIRE(line);
    REQUIRE(puppet.act("exec true saker-mark") == 0);
    const auto event = watch->out().next(patience());
    REQUIRE(event);
    CHECK(event->find("saker-mark") != std::string::npos);
    watch->signal(SIGINT);
    CHECK(watch->wait(Milliseconds(5000)) == 0);
}

TEST_CASE("what was recorded replays to the same alerts", "[command]") {
    Folder folder;
    auto puppet = new_puppet();
    const std::string file = folder.path("events.saker");
    auto record = Child::start({saker_binary(), "record", "-o", file, "--scope", puppet.scope()});
    REQUIRE(record);
    auto line = record->err().next(patience());
    while (line && *line != "saker: ready")
        line = record->err().next(patience());
    REQUIRE(line);
    REQUIRE(puppet.act("exec cat /etc/shadow") == 0);
    record->signal(SIGINT);
    REQUIRE(record->wait(Milliseconds(5000)) == 0);
    const Finished replayed =
        run_program({saker_binary(), "replay", file, "--json", "-r", test_rules()}, patience());
    INFO(replayed.err);
    CHECK(replayed.status == 0);
    CHECK(replayed.out.find("cat opened /etc/shadow as root") != std::string::npos);
}
