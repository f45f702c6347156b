// Rules, outputs and hooks change under a running daemon; a mistake changes nothing.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/live/scene.h"
#include "tests/outputs/rsyslog.h"
#include "tests/outputs/scene.h"

using namespace saker::support;
using nlohmann::json;

namespace {

std::string rule(const std::string& name, const std::string& condition) {
    return "- rule: " + name + "\n  desc: d\n  condition: " + condition +
           "\n  output: \"%fd.name %evt.type\"\n  priority: NOTICE\n";
}

const std::string kOpens =
    rule("opens", "evt.type in (open, openat) and fd.name startswith /nowhere/");
const std::string kConnects = rule("connects", "evt.type = connect and fd.sport = 9");

constexpr const char* kReloaded = "Saker internal: reloaded";
constexpr const char* kFailed = "Saker internal: reload failed";

/// As editors do it: whole or not at all.
void replace(const Folder& folder, const std::string& name, const std::string& text,
             unsigned mode = 0644) {
    std::filesystem::rename(folder.write(name + ".new", text, mode), folder.path(name));
}

/// As internal alerts have it, of one file.
json sums_of(const std::string& path) {
    const Finished sum = run_program({"sha256sum", path}, patience());
    REQUIRE(sum.status == 0);
    return json{sum.out.substr(0, 64) + " " + path};
}

void hang_up(Daemon& daemon) {
    REQUIRE(::kill(daemon.child().pid(), SIGHUP) == 0);
}

}  // namespace

TEST_CASE("a reload brings rules and hooks, and takes them away", "[reload]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    Daemon daemon = daemon_for(puppet, folder.write("rules.yaml", kOpens));
    REQUIRE(puppet.act("connect 127.0.0.1 9") == 0);
    replace(folder, "rules.yaml", kOpens + kConnects);
    hang_up(daemon);
    const auto told = daemon.alert(kReloaded, patience());
    REQUIRE(told);
    CHECK(told->value("source", "") == "internal");
    CHECK(told->value("output", "").find("2 rules") != std::string::npos);
    CHECK((*told)["output_fields"]["saker.rules_sha256"] == sums_of(folder.path("rules.yaml")));
    REQUIRE(puppet.act("connect 127.0.0.1 9") == 0);
    CHECK(daemon.alert("connects", patience()));
    CHECK_FALSE(daemon.alert("connects", Milliseconds(0)));

    replace(folder, "rules.yaml", kOpens);
    hang_up(daemon);
    REQUIRE(daemon.alert(kReloaded, patience()));
    REQUIRE(puppet.act("connect 127.0.0.1 9") == 0);
    REQUIRE(puppet.act("open /nowhere/last") == 1);
    CHECK(daemon.alert("opens", patience()));
    CHECK_FALSE(daemon.alert("connects", Milliseconds(0)));
    CHECK(daemon.stop() == 0);
}

TEST_CASE("a mistake leaves everything as it was and is told by an alert", "[reload]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    Daemon daemon = daemon_for(puppet, folder.write("rules.yaml", kOpens));
    const json running = sums_of(folder.path("rules.yaml"));
    replace(folder, "rules.yaml", rule("opens", "evt.tipe = openat") + kConnects);
    hang_up(daemon);
    const auto told = daemon.alert(kFailed, patience());
    REQUIRE(told);
    CHECK((*told)["output_fields"]["saker.rules_sha256"] == running);
    CHECK(told->value("priority", "") == "Error");
    CHECK(told->dump().find("evt.tipe") != std::string::npos);
    CHECK(told->dump().find("rules.yaml:3:") != std::string::npos);
    REQUIRE(puppet.act("open /nowhere/file") == 1);
    CHECK(daemon.alert("opens", patience()));
    replace(folder, "rules.yaml", kOpens, 0666);
    hang_up(daemon);
    CHECK(daemon.alert(kFailed, patience()));
    CHECK(daemon.stop() == 0);
}

TEST_CASE("what a reload cannot bring is said", "[reload]") {
    const Folder folder;
    const Puppet puppet = new_puppet();
    const bool is_there_already = GENERATE(true, false);
    const std::string race = rule("races", "evt.type = openat and evt.toctou = true");
    Daemon daemon =
        daemon_for(puppet, folder.write("rules.yaml", is_there_already ? race : kOpens));
    replace(folder, "rules.yaml", kOpens + race);
    hang_up(daemon);
    REQUIRE(daemon.alert(kReloaded, patience()));
    CHECK(daemon.stop() == 0);
    const bool is_said = daemon.last_words().find("evt.toctou") != std::string::npos;
    CHECK(is_said != is_there_already);
}

TEST_CASE("no event is lost or told twice by reloads", "[reload]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    const std::string rules = folder.write("rules.yaml", kOpens);
    Daemon daemon = daemon_for(puppet, rules);
    constexpr int kActs = 200;
    for (int number = 0; number < kActs; ++number) {
        if (number % 20 == 0) {
            replace(folder, "rules.yaml", number % 40 == 0 ? kOpens + kConnects : kOpens);
            hang_up(daemon);
        }
        REQUIRE(puppet.act("open /nowhere/" + std::to_string(number)) == 1);
    }
    std::multiset<std::string> seen;
    for (int number = 0; number < kActs; ++number) {
        const auto alert = daemon.alert("opens", patience());
        REQUIRE(alert);
        seen.insert((*alert)["output_fields"].value("fd.name", ""));
    }
    for (int number = 0; number < kActs; ++number) {
        CHECK(seen.count("/nowhere/" + std::to_string(number)) == 1);
    }
    CHECK(daemon.stop() == 0);
    CHECK(daemon.last_words().find(" 0 lost") != std::string::npos);
}

TEST_CASE("outputs change, and those that stay go on", "[reload]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    const auto config = [&](const std::string& file) {
        return folder.write("saker.yaml",
                            "outputs:\n  - {type: stdout, format: json}\n  - {type: "
                            "file, format: json, path: " +
                                folder.path(file) + "}\n");
    };
    Daemon daemon = daemon_for(puppet, folder.write("rules.yaml", kOpens), {"-c", config("one")});
    REQUIRE(puppet.act("open /nowhere/first") == 1);
    REQUIRE(daemon.alert("opens", patience()));
    config("two");
    hang_up(daemon);
    REQUIRE(daemon.alert(kReloaded, patience()));
    REQUIRE(puppet.act("open /nowhere/second") == 1);
    REQUIRE(daemon.alert("opens", patience()));
    CHECK(daemon.stop() == 0);
    const auto holds = [&](const std::string& name, const std::string& word) {
        std::ifstream file(folder.path(name));
        return std::string(std::istreambuf_iterator<char>(file), {}).find(word) !=
               std::string::npos;
    };
    CHECK(holds("one", "/nowhere/first"));
    CHECK_FALSE(holds("one", "/nowhere/second"));
    CHECK(holds("two", "/nowhere/second"));
}

namespace {

/// One remote output with its spool on disk, and acts whose alerts go there.
struct Sender {
    /// `more` is put among the settings of the output.
    void configure(int port, const std::string& more) const {
        configure("type: http, url: \"http://127.0.0.1:" + std::to_string(port) + "/\"" + more);
    }

    void configure(const std::string& output) const {
        replace(folder, "saker.yaml",
                "state_directory: " + folder.path("state") +
                    "\noutputs:\n  - {type: stdout, format: json}\n  - {timeout: 2s, " + output +
                    "}\n");
    }

    Daemon start() const {
        return daemon_for(puppet, folder.write("rules.yaml", kOpens),
                          {"-c", folder.path("saker.yaml")});
    }

    /// Everything until the daemon is told, in the order of the acts.
    void act(Daemon& daemon, int count) {
        for (int i = 0; i < count; ++i) {
            REQUIRE(puppet.act("open /nowhere/" + std::to_string(i)) == 1);
            const auto alert = daemon.alert("opens", patience());
            REQUIRE(alert);
            made.insert((*alert)["id"].get<std::string>());
        }
    }

    /// What a reload says of itself is an alert, too.
    void reload(Daemon& daemon) {
        hang_up(daemon);
        const auto told = daemon.alert(kReloaded, patience());
        REQUIRE(told);
        made.insert((*told)["id"].get<std::string>());
    }

    Folder folder;
    Puppet puppet = new_puppet();
    std::set<std::string> made;
};

std::set<std::string> set_of(const std::vector<std::string>& ids) {
    return {ids.begin(), ids.end()};
}

}  // namespace

TEST_CASE("an output changed by reloads keeps its spool, and every alert arrives", "[reload]") {
    saker::testing::HttpReceiver first;
    saker::testing::HttpReceiver second;
    const std::string behaviour = GENERATE("answer 200", "answer 503", "stall");
    first.behave(behaviour);
    Sender sender;
    sender.configure(first.port(), "");
    Daemon daemon = sender.start();
    for (int round = 0; round < 3; ++round) {
        sender.act(daemon, 40);
        sender.configure(first.port(), ", batch: " + std::to_string(round + 2));
        sender.reload(daemon);
    }
    sender.act(daemon, 40);
    std::vector<std::string> got;
    if (behaviour == "answer 200") {
        got = first.ids_until(sender.made.size());
        CHECK(got.size() == sender.made.size());  // each exactly once: it was there to take them
    } else {
        // What waits goes to wherever the output of that name points at last.
        sender.configure(second.port(), ", batch: 100, gzip: true, spool_size: 64MiB");
        sender.reload(daemon);
        got = second.ids_until(sender.made.size());
    }
    CHECK(set_of(got) == sender.made);
    CHECK(daemon.stop() == 0);
    const std::string words = daemon.last_words();
    INFO(words);
    CHECK(words.find("not reloaded") == std::string::npos);
    CHECK(words.find("are lost") == std::string::npos);
}

TEST_CASE("reloads under load lose no alert of an output whose receiver comes and goes",
          "[reload]") {
    saker::testing::HttpReceiver receiver;
    Sender sender;
    sender.configure(receiver.port(), "");
    Daemon daemon = sender.start();
    std::thread acting([&] {
        for (int number = 0; number < 1000; ++number) {
            sender.puppet.act("open /nowhere/" + std::to_string(number));
        }
    });
    for (int round = 0; round < 5; ++round) {
        receiver.behave(round % 2 == 0 ? "answer 503" : "answer 200");
        sender.configure(receiver.port(), ", batch: " + std::to_string(round + 2));
        sender.reload(daemon);
    }
    acting.join();
    receiver.behave("answer 200");
    for (int number = 0; number < 1000; ++number) {
        const auto alert = daemon.alert("opens", patience());
        REQUIRE(alert);
        sender.made.insert((*alert)["id"].get<std::string>());
    }
    CHECK(set_of(receiver.ids_until(sender.made.size())) == sender.made);
    CHECK(daemon.stop() == 0);
}

TEST_CASE("an output that stays as it is keeps its spool over reloads and a restart", "[reload]") {
    saker::testing::HttpReceiver receiver;
    receiver.behave("answer 503");
    Sender sender;
    sender.configure(receiver.port(), "");
    {
        Daemon daemon = sender.start();
        sender.act(daemon, 30);
        replace(sender.folder, "rules.yaml", kOpens + kConnects);
        sender.reload(daemon);
        sender.act(daemon, 30);
        sender.configure(receiver.port(), ", batch: 10");
        sender.reload(daemon);
        sender.act(daemon, 30);
        CHECK(daemon.stop() == 0);
    }
    receiver.behave("answer 200");
    Daemon daemon = sender.start();
    const auto arrived = set_of(receiver.ids_until(sender.made.size()));
    for (const std::string& id : sender.made) {
        CHECK(arrived.count(id) == 1);
    }
    CHECK(daemon.stop() == 0);
}

TEST_CASE("a syslog output changed while its receiver is away loses nothing", "[reload]") {
    const int port = saker::testing::free_port();
    const std::string output =
        "type: syslog, address: \"tcp:127.0.0.1:" + std::to_string(port) + "\"";
    Sender sender;
    sender.configure(output);
    Daemon daemon = sender.start();
    sender.act(daemon, 40);
    sender.configure(output + ", facility: local3");
    sender.reload(daemon);
    sender.act(daemon, 40);
    const saker::testing::Rsyslog rsyslog(sender.folder, saker::testing::tcp_input(port));
    CHECK(set_of(rsyslog.ids_until(sender.made.size())) == sender.made);
    CHECK(daemon.stop() == 0);
    const std::vector<std::string> lines = rsyslog.lines();
    CHECK(lines.front().starts_with("85|"));  // as it was when the alert was made
    CHECK(lines.back().starts_with("157|"));  // local3.notice
}
