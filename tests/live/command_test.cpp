// The words of the command line that scripts rely on.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

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

namespace {

/// The ids of the BPF programs a process holds.
std::set<uint32_t> program_ids_of(pid_t pid) {
    std::set<uint32_t> ids;
    const std::string folder = "/proc/" + std::to_string(pid) + "/fdinfo";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream facts(entry.path());
        for (std::string line; std::getline(facts, line);) {
            uint32_t id = 0;
            if (std::sscanf(line.c_str(), "prog_id: %u", &id) == 1) {
                ids.insert(id);
            }
        }
    }
    return ids;
}

/// Their names, as bpftool knows them.
std::string programs_of(pid_t pid) {
    const std::set<uint32_t> ids = program_ids_of(pid);
    const Finished listed = run_program({"bpftool", "--json", "prog", "show"}, patience());
    REQUIRE(listed.status == 0);
    std::string names;
    for (const json& program : json::parse(listed.out)) {
        if (ids.contains(program["id"].get<uint32_t>())) {
            names += program.value("name", "?") + " ";
        }
    }
    return names;
}

}  // namespace

TEST_CASE("rules about programs attach nothing for files or network", "[attached]") {
    const Folder folder;
    const std::string rules = folder.write("rules.yaml",
                                           "- rule: a program\n  desc: d\n"
                                           "  condition: evt.type = execve and proc.name = x\n"
                                           "  output: o\n  priority: INFO\n");
    const Finished said =
        run_program({saker_binary(), "doctor", "--json", "-r", rules}, patience());
    INFO(said.out << said.err);
    std::string events;
    const json facts = json::parse(said.out);
    for (const json& event : facts["events"]) {
        events += event["name"].get<std::string>() + " ";
    }
    CHECK(events == "execve execveat fork vfork clone clone3 procexit ");
    auto puppet = new_puppet();
    Daemon daemon = daemon_for(puppet, rules);
    const std::string programs = programs_of(daemon.child().pid());
    INFO(programs);
    CHECK(programs.find("on_exec") != std::string::npos);
    for (const char* part : {"on_call", "open", "path_", "connect", "uring", "send", "unlink"}) {
        INFO(part);
        CHECK(programs.find(part) == std::string::npos);
    }
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
    CHECK(watch->wait(patience()) == 0);
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
    REQUIRE(record->wait(patience()) == 0);
    const Finished replayed =
        run_program({saker_binary(), "replay", file, "--json", "-r", test_rules()}, patience());
    INFO(replayed.err);
    CHECK(replayed.status == 0);
    CHECK(replayed.out.find("cat opened /etc/shadow as root") != std::string::npos);
}
