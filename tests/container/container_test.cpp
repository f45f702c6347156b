#include "tests/container/container.h"

#include <unistd.h>

#include <catch2/catch.hpp>

using namespace saker::support;
using nlohmann::json;

namespace {

std::unique_ptr<Container> new_container(const std::string& id, const std::string& cgroup = "") {
    auto container = Container::start(id, {cgroup, {}, false});
    if (!container)
        FAIL(container.error().text());
    return std::move(*container);
}

Daemon start_daemon(const std::string& scope, const std::string& rules) {
    auto daemon = Daemon::start({"--json", "--scope", scope, "-r", rules});
    if (!daemon)
        FAIL(daemon.error().text());
    return std::move(*daemon);
}

/// The hierarchy that the daemon asks on this machine: a controller's name, or nothing for
/// version 2.
std::string cgroup_hierarchy() {
    const Finished doctor = run_program({saker_binary(), "doctor", "--json"}, patience() * 3);
    return json::parse(doctor.out, nullptr, false).value("cgroups", "");
}

std::string own_scope() {
    return "pid:" + std::to_string(::getpid());
}

std::string field(const json& alert, const std::string& name) {
    const json value = alert["output_fields"].value(name, json("(absent)"));
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// No alert of this rule is left.
void check_none(Daemon& daemon, const std::string& rule) {
    CHECK(daemon.stop() == 0);
    for (const json& other : daemon.others()) {
        INFO(other.dump());
        CHECK(other["rule"] != rule);
    }
}

}  // namespace

TEST_CASE("a shell in a container raises the shipped rule with the container's id", "[container]") {
    const std::string id = new_container_id();
    const std::string cgroup = GENERATE(true, false) ? "/docker-" + id + ".scope" : "";
    INFO("cgroup " << cgroup);
    auto daemon = start_daemon(own_scope(), shipped_rules());
    auto container = new_container(id, cgroup);
    auto stranger = new_puppet();
    REQUIRE(stranger.act("exec sh -c true") == 0);
    REQUIRE(container->puppet().act("exec sh -c true") == 0);
    const auto alert = daemon.alert("Shell in container", patience());
    REQUIRE(alert);
    INFO(alert->dump());
    CHECK(field(*alert, "container.id") == id.substr(0, 12));
    CHECK(field(*alert, "proc.name") == "sh");
    CHECK(daemon.stop() == 0);
    for (const json& other : daemon.others())
        CHECK((other["rule"] != "Shell in container" ||
               field(other, "container.id") == id.substr(0, 12)));
}

TEST_CASE("a container named by hand is a container", "[container]") {
    const std::string name = "saker-test-" + std::to_string(::getpid());
    auto container = new_container(name);
    auto daemon = start_daemon(own_scope(), shipped_rules());
    REQUIRE(container->puppet().act("exec sh -c true") == 0);
    const auto alert = daemon.alert("Shell in container", patience());
    REQUIRE(alert);
    CHECK(field(*alert, "container.id") == name.substr(0, 12));
}

TEST_CASE("the scope can be a container, by its whole id or a part", "[container]") {
    const std::string id = new_container_id();
    const auto length = GENERATE(as<size_t>{}, 64, 12);
    auto container = new_container(id);
    auto daemon = start_daemon("container:" + id.substr(0, length), test_rules());
    auto stranger = new_puppet();
    REQUIRE(stranger.act("open /etc/shadow") == 0);
    REQUIRE(container->puppet().act("exec cat /etc/shadow") == 0);
    const auto alert = daemon.alert("opened shadow", patience());
    REQUIRE(alert);
    CHECK(field(*alert, "proc.name") == "cat");
    check_none(daemon, "opened shadow");
}

TEST_CASE("the scope can be a control group", "[container]") {
    const std::string id = new_container_id();
    auto container = new_container(id);
    auto daemon = start_daemon("cgroup:" + container->cgroup(cgroup_hierarchy()), test_rules());
    auto stranger = new_puppet();
    REQUIRE(stranger.act("open /etc/shadow") == 0);
    REQUIRE(container->puppet().act("exec cat /etc/shadow") == 0);
    const auto alert = daemon.alert("opened shadow", patience());
    REQUIRE(alert);
    CHECK(field(*alert, "proc.name") == "cat");
    check_none(daemon, "opened shadow");
}

TEST_CASE("paths and users are the container's own", "[container]") {
    auto container = new_container(new_container_id());
    auto daemon = start_daemon(own_scope(), test_rules());
    REQUIRE(container->puppet().act("as 1234 open-in /etc/../tmp ../etc/shadow") == 0);
    const auto alert = daemon.alert("opened shadow", patience());
    REQUIRE(alert);
    CHECK(field(*alert, "fd.name") == "/etc/shadow");
    CHECK(field(*alert, "user.name") == "keeper");
}

TEST_CASE("a write to the container's ld.so.preload", "[container]") {
    const std::string id = new_container_id();
    auto daemon = start_daemon(own_scope(), shipped_rules());
    auto container = new_container(id);
    REQUIRE(container->puppet().act("write /etc/ld.so.preload") == 0);
    const auto alert = daemon.alert("Write to ld.so.preload", patience());
    REQUIRE(alert);
    CHECK(field(*alert, "container.id") == id.substr(0, 12));
}
