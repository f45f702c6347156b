// Rules, outputs and hooks change under a running daemon; a mistake changes nothing.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/live/scene.h"

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
