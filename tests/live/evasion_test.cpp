// Other names for a file or a program: none hides it, and none borrows an exemption.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/live/scene.h"

using namespace saker::support;

namespace {

namespace fs = std::filesystem;

const std::string kSecret = "secret opened";
const std::string kOutside = "secret opened outside";
const std::string kByException = "secret opened outside, by exception";

std::string rules() {
    return fs::path(test_rules()).replace_filename("evasion.yaml");
}

/// A file and a program, an allowed place, and links of all sorts between them.
struct Hideout {
    Hideout() {
        for (const char* name : {"saker-secret", "allowed/saker-secret", "elsewhere"})
            fs::create_directories(folder.path(name));
        for (const char* name :
             {"saker-secret/file", "allowed/saker-secret/file", "elsewhere/file", "allowed/file"})
            folder.write(name, "secret");
        fs::copy_file(acts_binary(), folder.path("saker-tool"));
        fs::copy_file(acts_binary(), folder.path("allowed/saker-tool"));
        fs::copy_file(acts_binary(), folder.path("allowed/cover"));
        folder.symlink(folder.path("saker-secret/file"), "allowed/link");
        folder.symlink(folder.path("saker-tool"), "allowed/tool-link");
        folder.symlink(folder.path("saker-tool"), "innocent");
        folder.symlink("../saker-secret", "allowed/way");
    }

    /// The act with the folder in place of every `@`.
    std::string filled(std::string act) const {
        for (size_t at = act.find('@'); at != act.npos; at = act.find('@'))
            act.replace(at, 1, folder.path());
        return act;
    }

    Folder folder;
};

void must_raise(Hideout& hideout, Puppet& puppet, Daemon& daemon, const std::string& act,
                const std::vector<std::string>& rules) {
    INFO(act);
    REQUIRE(puppet.act(hideout.filled(act)) == 0);
    for (const std::string& rule : rules) {
        INFO(rule);
        CHECK(daemon.alert(rule, patience()));
    }
}

/// Of a rule no alert is left once the daemon has ended.
void check_none_left(Daemon& daemon) {
    CHECK(daemon.stop() == 0);
    for (const auto& alert : daemon.others()) {
        INFO(alert.dump());
        CHECK(false);
    }
}

}  // namespace

TEST_CASE("no other name of a file hides it, or makes it exempt", "[evasion]") {
    Hideout hideout;
    auto puppet = new_puppet();
    auto daemon = daemon_for(puppet, rules());
    // Exempt by its only name: the second and third rule stay silent.
    must_raise(hideout, puppet, daemon, "open @/allowed/saker-secret/file", {kSecret});
    for (const char* act : {
             "open @/saker-secret/file",
             "open @/allowed/link",
             "open @/allowed/way/file",
             "open @/allowed/../saker-secret/file",
             "open @/allowed/saker-secret/../../saker-secret/file",
             "open-in @/allowed ../saker-secret/file",
             "open-in @/allowed link",
             "openat-at @/saker-secret file",
             "openat-at @/allowed way/file",
             "openat2 @/allowed/link",
             "open /proc/self/root@/saker-secret/file",
             "bound @/saker-secret @/elsewhere open @/elsewhere/file",
             "bound @/saker-secret @/allowed open @/allowed/file",
             "bound @/saker-secret/file @/allowed/file open @/allowed/file",
         })
        must_raise(hideout, puppet, daemon, act, {kSecret, kOutside, kByException});
    check_none_left(daemon);
}

TEST_CASE("no other name of a program hides it, or makes it exempt", "[evasion]") {
    Hideout hideout;
    auto puppet = new_puppet();
    auto daemon = daemon_for(puppet, rules());
    must_raise(hideout, puppet, daemon, "exec @/allowed/saker-tool setuid 0", {"tool run"});
    for (const char* act : {
             "exec @/saker-tool setuid 0",
             "exec @/innocent setuid 0",
             "exec @/allowed/tool-link setuid 0",
             "exec @/allowed/../saker-tool setuid 0",
             "exec /proc/self/root@/saker-tool setuid 0",
             "bound @/saker-tool @/elsewhere/file exec @/elsewhere/file setuid 0",
             "bound @/saker-tool @/allowed/cover exec @/allowed/cover setuid 0",
             // Its name in the allowed place is a bind mount of another program.
             "bound @/allowed/cover @/saker-tool exec @/saker-tool setuid 0",
         })
        must_raise(hideout, puppet, daemon, act, {"tool run", "tool run outside"});
    check_none_left(daemon);
}

TEST_CASE("no heap of arguments hides the one that tells", "[evasion]") {
    Hideout hideout;
    auto puppet = new_puppet();
    auto daemon = daemon_for(puppet, rules());
    for (const char* act : {
             "exec-padded 10 /bin/true --saker-telling",
             "exec-padded 4096 /bin/true --saker-telling",
             "exec-padded 60000 /bin/true --saker-telling",
             "exec-padded 120000 /bin/true --saker-telling",  // of so many both ends are kept
         })
        must_raise(hideout, puppet, daemon, act, {"telling argument"});
    check_none_left(daemon);
}
