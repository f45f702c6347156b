// Every shipped rule meets the act it is for, on this kernel.
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/live/scene.h"

using namespace saker::support;

namespace {

struct Deed {
    std::string rule;
    std::string act;
};

void check_alert(Scene& scene, const Deed& deed) {
    INFO(deed.rule << ": " << deed.act);
    REQUIRE(scene.puppet.act(deed.act) == 0);
    CHECK(scene.daemon.alert(deed.rule, patience()));
}

}  // namespace

TEST_CASE("acts that harm nothing raise the shipped rules", "[shipped]") {
    Scene scene(shipped_rules());
    const std::vector<Deed> deeds{
        {"Sensitive file read", "exec cat /etc/shadow"},
        {"Sensitive file opened through io_uring", "open-io_uring /etc/shadow"},
        {"Program run from memory", "exec-memfd /bin/true"},
        {"Connection to the cloud metadata service", "without-network connect 169.254.169.254 80"},
        {"Connection to the cloud metadata service",
         "without-network connect-io_uring 169.254.169.254 80"},
        {"Reverse shell", "exec-on-socket /bin/sh"},
        {"Unexpected setuid to root", "become-root 1000"},
    };
    for (const Deed& deed : deeds)
        check_alert(scene, deed);
}

TEST_CASE("files that rules watch by their place", "[shipped]") {
    const std::string log = "/var/log/saker-test-" + std::to_string(::getpid());
    const std::string program = "/usr/local/bin/saker-test-" + std::to_string(::getpid());
    Scene scene(shipped_rules());
    if (disposable_machine())
        REQUIRE(scene.puppet.act("exec mkdir -p /usr/local/bin /var/log") == 0);
    check_alert(scene, {"Write below a binary directory", "write " + program});
    REQUIRE(scene.puppet.act("unlink " + program) == 0);
    REQUIRE(scene.puppet.act("write " + log) == 0);
    check_alert(scene, {"Log file deleted", "unlink " + log});
    REQUIRE(scene.puppet.act("write " + log) == 0);
    check_alert(scene, {"Log file deleted", "unlink-io_uring " + log});
}

TEST_CASE("what would break the system is done where that does not matter", "[shipped]") {
    if (!disposable_machine())
        return;
    Scene scene(shipped_rules());
    check_alert(scene, {"Write to ld.so.preload", "write /etc/ld.so.preload"});
    REQUIRE(scene.puppet.act("unlink /etc/ld.so.preload") == 0);
}

TEST_CASE("ordinary work raises none of the shipped rules", "[shipped]") {
    Scene scene(shipped_rules());
    for (const char* act : {"exec true", "exec sh -c true", "open /etc/passwd", "exec ls /",
                            "write /tmp/saker-test-ordinary", "unlink /tmp/saker-test-ordinary",
                            "connect 127.0.0.1 9", "setuid 0"})
        CHECK(scene.puppet.act(act) == 0);
    REQUIRE(scene.puppet.act("exec cat /etc/shadow") == 0);
    REQUIRE(scene.daemon.alert("Sensitive file read", patience()));
    CHECK(scene.daemon.stop() == 0);
    for (const auto& alert : scene.daemon.others()) {
        INFO(alert.dump());
        CHECK(false);
    }
}
