// The rules in rules/: they load, they can match, and they find and spare what they should.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/json_event.h"
#include "tests/unit/rules/rule_files.h"

using nlohmann::json;
namespace rules = saker::rules;
using saker::testing::shown;

namespace {

rules::Loaded shipped() {
    return rules::load_rules({SAKER_SOURCE_DIR "/rules"});
}

std::vector<std::string> matches(const rules::RuleSet& set, const json& fields) {
    saker::cli::JsonEvent event(fields);
    auto state = set.program().new_state();
    std::vector<uint32_t> found;
    set.program().match_any_kind(event, state, found);
    std::vector<std::string> names;
    for (const uint32_t index : found) {
        names.push_back(set.rule_of(index).name);
    }
    return names;
}

/// An event with the fields every event has.
json event(json fields) {
    const json common = {{"evt.num", 7},
                         {"container.id", "host"},
                         {"proc.name", "prog"},
                         {"proc.exepath", "/opt/prog"},
                         {"proc.pexepath", "/opt/parent"},
                         {"proc.args", ""},
                         {"user.uid", 0},
                         {"evt.via", "syscall"}};
    for (const auto& [name, value] : common.items()) {
        if (!fields.contains(name)) {
            fields[name] = value;
        }
    }
    return fields;
}

json open_event(const std::string& file, bool write = false) {
    return event({{"evt.type", "openat"},
                  {"fd.name", file},
                  {"fd.num", 3},
                  {"evt.is_open_read", !write},
                  {"evt.is_open_write", write}});
}

json with(json fields, const json& more) {
    fields.update(more);
    return fields;
}

}  // namespace

TEST_CASE("the shipped rules load without a warning") {
    const rules::Loaded loaded = shipped();
    INFO(shown(loaded));
    REQUIRE(loaded.ok());
    CHECK(loaded.diagnostics.empty());
    CHECK(loaded.rules->rules().size() == 10);
    for (const rules::Rule& rule : loaded.rules->rules()) {
        INFO(rule.name);
        CHECK(rule.enabled);
        CHECK_FALSE(rule.description.empty());
        CHECK_FALSE(rule.tags.empty());
        CHECK(rule.message.fields().size() > 5);
    }
}

TEST_CASE("the shipped rules find and spare what they should") {
    const rules::Loaded loaded = shipped();
    REQUIRE(loaded.ok());
    struct Row {
        const char* what;
        json fields;
        std::vector<std::string> expected;
    };
    const json shell = event({{"evt.type", "execve"}, {"proc.name", "sh"}});
    const json setuid = event({{"evt.type", "setuid"}, {"evt.res", "SUCCESS"}});
    const Row rows[] = {
        {"cat reads shadow",
         with(open_event("/etc/shadow"), {{"proc.name", "cat"}, {"proc.exepath", "/usr/bin/cat"}}),
         {"Sensitive file read"}},
        {"login reads shadow",
         with(open_event("/etc/shadow"), {{"proc.exepath", "/usr/bin/login"}}),
         {}},
        {"a program that only calls itself login",
         with(open_event("/etc/shadow"), {{"proc.name", "login"}, {"proc.exepath", "/tmp/login"}}),
         {"Sensitive file read"}},
        {"an open that failed", with(open_event("/etc/shadow"), {{"fd.num", -13}}), {}},
        {"a key of a user", open_event("/home/anna/.ssh/id_ed25519"), {"Sensitive file read"}},
        {"a public file", open_event("/etc/passwd"), {}},
        {"shadow through io_uring",
         with(open_event("/etc/shadow"), {{"evt.via", "io_uring"}}),
         {"Sensitive file read", "Sensitive file opened through io_uring"}},
        {"a program replaced", open_event("/usr/bin/ls", true), {"Write below a binary directory"}},
        {"a program installed",
         with(open_event("/usr/bin/ls", true), {{"proc.exepath", "/usr/bin/dpkg"}}),
         {}},
        {"a program moved in place",
         event({{"evt.type", "renameat2"},
                {"evt.res", "SUCCESS"},
                {"fs.path.target", "/usr/local/bin/ls"}}),
         {"Write below a binary directory"}},
        {"preload written", open_event("/etc/ld.so.preload", true), {"Write to ld.so.preload"}},
        {"preload read", open_event("/etc/ld.so.preload"), {}},
        {"a shell on the host", shell, {}},
        {"a shell in a container",
         with(shell, {{"container.id", "0123456789ab"}}),
         {"Shell in container"}},
        {"a shell that could not start",
         with(shell, {{"container.id", "0123456789ab"}, {"evt.failed", true}}),
         {}},
        {"a shell on a socket",
         with(shell, {{"proc.stdin.type", "ipv4"}, {"proc.stdout.type", "ipv4"}}),
         {"Reverse shell"}},
        {"a shell on a terminal",
         with(shell, {{"proc.stdin.type", "file"}, {"proc.stdout.type", "file"}}),
         {}},
        {"a program in a memory file",
         event({{"evt.type", "execveat"}, {"proc.is_exe_from_memfd", true}}),
         {"Program run from memory"}},
        {"a runtime's copy of itself",
         event({{"evt.type", "execveat"},
                {"proc.is_exe_from_memfd", true},
                {"proc.pexepath", "/usr/sbin/runc"}}),
         {}},
        {"a program in shared memory",
         event({{"evt.type", "execve"}, {"proc.exepath", "/dev/shm/x"}}),
         {"Program run from memory"}},
        {"becoming root", with(setuid, {{"evt.arg.uid", "root"}}), {"Unexpected setuid to root"}},
        {"being root already",
         with(setuid, {{"evt.arg.uid", "root"}, {"user.ruid_before", 0}}),
         {}},
        {"becoming root by sudo",
         with(setuid, {{"evt.arg.uid", "root"}, {"proc.exepath", "/usr/bin/sudo"}}),
         {}},
        {"becoming somebody else", with(setuid, {{"evt.arg.uid", "anna"}, {"user.uid", 1000}}), {}},
        {"changing only the real user",
         with(setuid, {{"evt.type", "setresuid"}, {"evt.arg.euid", "4294967295"}}),
         {}},
        {"asking for metadata",
         event({{"evt.type", "connect"}, {"fd.sip", "169.254.169.254"}, {"evt.res", "SUCCESS"}}),
         {"Connection to the cloud metadata service"}},
        {"asking for metadata over IPv6",
         event({{"evt.type", "connect"}, {"fd.sip", "fd00:ec2::254"}}),
         {"Connection to the cloud metadata service"}},
        {"connecting elsewhere",
         event({{"evt.type", "connect"}, {"fd.sip", "169.254.169.253"}}),
         {}},
        {"removing a log",
         event({{"evt.type", "unlinkat"},
                {"evt.res", "SUCCESS"},
                {"fs.path.name", "/var/log/auth.log"}}),
         {"Log file deleted"}},
        {"rotating a log",
         event({{"evt.type", "unlink"},
                {"evt.res", "SUCCESS"},
                {"fs.path.name", "/var/log/auth.log"},
                {"proc.exepath", "/usr/sbin/logrotate"}}),
         {}},
        {"failing to remove a log",
         event({{"evt.type", "unlink"},
                {"evt.res", "EACCES"},
                {"fs.path.name", "/var/log/auth.log"}}),
         {}},
    };
    for (const Row& row : rows) {
        INFO(row.what << " " << row.fields);
        std::vector<std::string> found = matches(*loaded.rules, row.fields);
        std::vector<std::string> expected = row.expected;
        std::ranges::sort(found);
        std::ranges::sort(expected);
        CHECK(found == expected);
    }
}
