// One act after another in scope, and the alert each must raise.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/live/scene.h"

using namespace saker::support;
using nlohmann::json;

namespace {

json fields_of(const std::optional<json>& alert) {
    return alert ? alert->value("output_fields", json::object()) : json::object();
}

std::string field(const std::optional<json>& alert, const std::string& name) {
    const json fields = fields_of(alert);
    const auto found = fields.find(name);
    if (found == fields.end())
        return "(absent)";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

TEST_CASE("an ordinary program that reads /etc/shadow", "[alerts][first]") {
    Scene scene;
    const auto before = std::chrono::steady_clock::now();
    REQUIRE(scene.puppet.act("exec cat /etc/shadow") == 0);
    const auto alert = scene.daemon.alert("opened shadow", patience());
    REQUIRE(alert);
    if (!disposable_machine())  // an emulated one has no such clock
        CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(1));
    CHECK(field(alert, "fd.name") == "/etc/shadow");
    CHECK(field(alert, "proc.name") == "cat");
    CHECK(field(alert, "user.name") == "root");
    CHECK(field(alert, "evt.via") == "syscall");
    CHECK(alert->value("priority", "") == "Warning");
    CHECK(alert->value("output", "").find("cat opened /etc/shadow as root") != std::string::npos);
    for (const char* key :
         {"time", "rule", "priority", "source", "tags", "hostname", "output", "output_fields"})
        CHECK(alert->contains(key));
}

TEST_CASE("an alert tells the processes that led to it", "[alerts]") {
    Scene scene;
    REQUIRE(scene.puppet.act("exec cat /etc/shadow") == 0);
    const auto alert = scene.daemon.alert("opened shadow", patience());
    REQUIRE(alert);
    INFO(alert->dump());
    CHECK(alert->dump().find("acts") != std::string::npos);
}

TEST_CASE("one file by all its names", "[alerts]") {
    Scene scene;
    scene.folder.symlink("/etc/shadow", "link");
    std::string act =
        GENERATE(as<std::string>{}, "open /etc/shadow", "open LINK", "open-in /etc shadow",
                 "open-in /etc/../etc ./shadow", "openat-at /etc shadow",
                 "open /proc/self/root/etc/shadow", "open //etc/./../etc/shadow",
                 "openat2 /etc/shadow", "open-32 /etc/shadow", "exec cat LINK");
    if (const size_t link = act.find("LINK"); link != std::string::npos)
        act.replace(link, 4, scene.folder.path("link"));
    INFO(act);
    REQUIRE(scene.puppet.act(act) == 0);
    const auto alert = scene.daemon.alert("opened shadow", patience());
    REQUIRE(alert);
    CHECK(field(alert, "fd.name") == "/etc/shadow");
}

TEST_CASE("a file opened through io_uring", "[alerts]") {
    Scene scene;
    REQUIRE(scene.puppet.act("open-io_uring /etc/shadow") == 0);
    const auto alert = scene.daemon.alert("opened shadow", patience());
    REQUIRE(alert);
    CHECK(field(alert, "evt.via") == "io_uring");
}

TEST_CASE("a failed open has its result and the path asked", "[alerts]") {
    Scene scene;
    REQUIRE(scene.puppet.act("open-in /nowhere nothing") == 1);
    REQUIRE(scene.puppet.act("open /nowhere/../nowhere/nothing") == 1);
    const auto alert = scene.daemon.alert("failed open", patience());
    REQUIRE(alert);
    CHECK(field(alert, "evt.res") == "ENOENT");
    CHECK(field(alert, "evt.rawres") == "-2");
    CHECK(field(alert, "fd.name") == "/nowhere/nothing");
}

TEST_CASE("programs that start, and one that cannot", "[alerts]") {
    Scene scene;
    REQUIRE(scene.puppet.act("exec true saker-mark") == 0);
    auto alert = scene.daemon.alert("marked program", patience());
    REQUIRE(alert);
    CHECK(field(alert, "evt.type") == "execve");
    CHECK(field(alert, "proc.exepath").find("/bin/") != std::string::npos);
    CHECK(field(alert, "proc.cmdline") == "true saker-mark");
    CHECK(field(alert, "proc.pname") == "acts");

    REQUIRE(scene.puppet.act("exec-memfd /bin/true saker-mark") == 0);
    alert = scene.daemon.alert("marked program", patience());
    REQUIRE(alert);
    CHECK(field(alert, "evt.type") == "execveat");

    REQUIRE(scene.puppet.act("exec /nowhere/saker-mark") == 1);
    alert = scene.daemon.alert("refused program", patience());
    REQUIRE(alert);
    CHECK(field(alert, "evt.res") == "ENOENT");
    CHECK(field(alert, "proc.name") == "acts");
    CHECK_FALSE(scene.daemon.alert("marked program", Milliseconds(0)));
}

TEST_CASE("a secret on a command line is covered in the alert, the parent's too", "[alerts]") {
    Scene scene;
    REQUIRE(scene.puppet.act("exec env API_KEY=hunter2 true saker-mark --password=hunter2") == 0);
    const auto alert = scene.daemon.alert("marked program", patience());
    REQUIRE(alert);
    INFO(alert->dump());
    CHECK(alert->dump().find("hunter2") == std::string::npos);
    CHECK(field(alert, "proc.cmdline").find("--password=*******") != std::string::npos);
}

TEST_CASE("connections, refused ones too, have their peer", "[alerts]") {
    Scene scene;
    const auto address = GENERATE(as<std::string>{}, "127.0.0.1", "::1");
    if (address == "::1" && !std::filesystem::exists("/proc/net/if_inet6"))
        return;
    REQUIRE(scene.puppet.act("connect " + address + " 9") == 0);
    const auto alert = scene.daemon.alert("connected", patience());
    REQUIRE(alert);
    CHECK(field(alert, "fd.sip") == address);
    CHECK(field(alert, "fd.sport") == "9");
}

TEST_CASE("a fork is one event, seen from the parent", "[alerts]") {
    Scene scene;
    REQUIRE(scene.puppet.act("exec true") == 0);
    const auto alert = scene.daemon.alert("child born", patience());
    REQUIRE(alert);
    CHECK(std::stol(field(alert, "evt.rawres")) > 1);
}

TEST_CASE("names removed and changed", "[alerts]") {
    Scene scene;
    const std::string one = scene.folder.path("saker-mark-1");
    const std::string two = scene.folder.path("saker-mark-2");
    REQUIRE(scene.puppet.act("write " + one) == 0);
    REQUIRE(scene.puppet.act("rename " + one + " " + two) == 0);
    auto alert = scene.daemon.alert("file removed", patience());
    REQUIRE(alert);
    CHECK(field(alert, "evt.type").find("rename") == 0);
    CHECK(field(alert, "evt.args").find(two) != std::string::npos);
    REQUIRE(scene.puppet.act("unlinkat " + two) == 0);
    alert = scene.daemon.alert("file removed", patience());
    REQUIRE(alert);
    CHECK(field(alert, "evt.type") == "unlinkat");
}

TEST_CASE("what is outside the scope raises nothing", "[alerts]") {
    Scene scene;
    auto stranger = Puppet::start();
    REQUIRE(stranger);
    REQUIRE(stranger->act("exec cat /etc/shadow") == 0);
    REQUIRE(scene.puppet.act("exec head -c1 /etc/shadow") == 0);
    const auto alert = scene.daemon.alert("opened shadow", patience());
    REQUIRE(alert);
    CHECK(field(alert, "proc.name") == "head");
    CHECK(scene.daemon.stop() == 0);
    for (const json& other : scene.daemon.others())
        CHECK(other.dump().find("\"cat\"") == std::string::npos);
}

TEST_CASE("a process older than the daemon is known by its name", "[alerts]") {
    Scene scene;  // its puppet was there first
    REQUIRE(scene.puppet.act("exec true saker-mark") == 0);
    const auto alert = scene.daemon.alert("marked program", patience());
    REQUIRE(alert);
    CHECK(field(alert, "proc.pname") == "acts");
}
