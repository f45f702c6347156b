// Fields of who did it: processes, users, containers, times.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/unit/fields/ask.h"

namespace saker {
namespace {

using test::Record;
using test::World;

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kBoot = 1'700'000'000 * kSecond;

struct Case {
    std::string_view field;
    std::string_view says;
};

void check(World& world, Record& record, std::initializer_list<Case> cases) {
    const Event event = record.event();
    const Process& process = world.state.observe(event);
    for (const Case& expected : cases) {
        INFO(expected.field);
        CHECK(world.ask({event, process, world.state}, expected.field) == expected.says);
    }
}

/// A program that was there before us, its session and group its own.
Record there(uint32_t pid, uint64_t start_time, std::string_view name, uint32_t parent = 0,
             uint64_t parent_start = 0) {
    Record record("execve");
    record.by(pid, start_time, 1, name).flag(RECORD_SNAPSHOT).at(100 * kSecond);
    record.set("ptid", parent).set("parent_start_time", static_cast<int64_t>(parent_start));
    record.set("parent_exec_id", 1).set("pgid", pid).set("sid", pid);
    record.set("vpgid", pid).set("vsid", pid).set("loginuid", UINT32_MAX);
    record.text("exe", "-" + std::string(name))
        .text("trusted_exepath", "/bin/" + std::string(name));
    return record;
}

/// init(1) <- sshd(50) <- bash(100), which opens a file.
struct Login {
    Login() {
        world.tell(there(1, 1 * kSecond, "init"));
        world.tell(there(50, 50 * kSecond, "sshd", 1, 1 * kSecond));
        Record shell = there(100, 60 * kSecond, "bash", 50, 50 * kSecond);
        shell.strings("args", {"-c", "", "ls  x"}).strings("env", {"PATH=/bin", "EMPTY=", "PA=TH"});
        shell.text("cwd", "/home/me").set("loginuid", 1000).set("tty", 34816);
        shell.set("pvpid", 50).set("cap_permitted", 3).set("cap_inheritable", 0);
        shell.set("flags", FILE_WRITABLE | FILE_MEMFD).set("exe_ino", 4711);
        shell.set("exe_ino_ctime", static_cast<int64_t>(kBoot + 20 * kSecond));
        shell.set("exe_ino_mtime", static_cast<int64_t>(kBoot + 10 * kSecond));
        shell.set("pidns_init_start_ts", static_cast<int64_t>(1 * kSecond));
        shell.set("stdin_type", FD_TYPE_ipv4).set("stdout_type", FD_TYPE_character);
        world.tell(shell);
        record.by(100, 60 * kSecond, 1, "renamed").at(100 * kSecond);
        record.header().tid = 102;
        record.header().vpid = 100;
        record.header().cap_effective = 1 << 21 | 1;
        record.header().euid = 1;
        record.header().cpu = 3;
    }
    World world;
    Record record{"openat"};
};

TEST_CASE("who a process was before its ids changed") {
    Login login;
    Record exec("execve");
    exec.by(100, 60 * kSecond, 2, "su").at(101 * kSecond);
    exec.header().uid = 1000;
    exec.header().euid = 0;  // by a setuid bit
    CHECK(login.world.ask(exec, "user.ruid_before") == "0");
    Record change("setuid");
    change.by(100, 60 * kSecond, 2, "su").at(102 * kSecond);
    CHECK(login.world.ask(change, "user.ruid_before") == "1000");
    CHECK(login.world.ask(change, "user.uid_before") == "0");
    Record again("setuid");
    again.by(100, 60 * kSecond, 2, "su").at(103 * kSecond);
    CHECK(login.world.ask(again, "user.ruid_before") == "0");
    Record stranger("setuid");
    stranger.by(4711, 1 * kSecond, 1, "who");
    CHECK(login.world.ask(stranger, "user.ruid_before") == "(missing)");
}

TEST_CASE("a child is who its parent was") {
    Login login;
    Record fork("clone");
    fork.by(100, 60 * kSecond, 1, "bash").at(101 * kSecond);
    fork.header().uid = 1000;
    fork.set("res", 200).set("pid", 200).set("tid", 200).set("vpid", 200).set("ptid", 100);
    fork.set("child_start_time", static_cast<int64_t>(101 * kSecond));
    login.world.tell(fork);
    Record change("setresuid");
    change.by(200, 101 * kSecond, 1, "bash").at(102 * kSecond);
    CHECK(login.world.ask(change, "user.ruid_before") == "1000");
}

TEST_CASE("who a process is") {
    Login login;
    check(login.world, login.record,
          {{"proc.name", "bash"},
           {"proc.exe", "-bash"},
           {"proc.exepath", "/bin/bash"},
           {"proc.args", "-c  ls  x"},
           {"proc.args[0]", "-c"},
           {"proc.args[1]", ""},
           {"proc.args[2]", "ls  x"},
           {"proc.args[3]", ""},
           {"proc.cmdline", "bash -c  ls  x"},
           {"proc.exeline", "-bash -c  ls  x"},
           {"proc.cmdnargs", "3"},
           {"proc.cmdlenargs", "7"},
           {"proc.env", "PATH=/bin EMPTY= PA=TH"},
           {"proc.env[PATH]", "/bin"},
           {"proc.env[EMPTY]", ""},
           {"proc.env[PA]", "TH"},
           {"proc.env[P]", "(missing)"},
           {"proc.cwd", "/home/me/"},
           {"proc.tty", "34816"},
           {"proc.pid", "100"},
           {"proc.vpid", "100"},
           {"thread.tid", "102"},
           {"thread.ismain", "false"},
           {"thread.nametid", "bash102"},
           {"proc.sid", "100"},
           {"proc.is_sid_leader", "true"},
           {"proc.is_vpgid_leader", "true"},
           {"proc.is_pgid_leader", "true"},
           {"proc.duration", "40000000000"},
           {"proc.pid.ts", "1700000060000000000"},
           {"proc.is_exe_writable", "true"},
           {"proc.is_exe_from_memfd", "true"},
           {"proc.is_exe_upper_layer", "false"},
           {"proc.is_exe_deleted", "false"},
           {"proc.exe_ino", "4711"},
           {"proc.exe_ino.ctime", "1700000020000000000"},
           {"proc.exe_ino.mtime", "1700000010000000000"},
           {"proc.exe_ino.ctime_duration_proc_start", "40000000000"},
           {"proc.exe_ino.ctime_duration_pidns_start", "19000000000"},
           {"proc.pidns_init_start_ts", "1700000001000000000"},
           {"proc.stdin.type", "ipv4"},
           {"proc.stdout.type", "file"},
           {"proc.stderr.type", "(missing)"},
           {"proc.start_seen", "true"},
           {"thread.cap_permitted", "CAP_CHOWN CAP_DAC_OVERRIDE"},
           {"thread.cap_effective", "CAP_CHOWN CAP_SYS_ADMIN"},
           {"thread.cap_inheritable", ""},
           {"proc.loginshellid", "100"},
           {"evt.cpu", "3"},
           {"evt.hostname", "box"},
           {"proc.vmsize", "(missing)"}});  // of a recording
}

/// What a program that bash started is called, by what its exec said.
struct Asked {
    std::string filename;
    std::string cwd;
    std::string interpreter;
    std::string inner;
    std::string names;
};

TEST_CASE("a program by every name of its file") {
    const std::vector<Asked> table{
        {"/opt/tool", "/", "", "", "/opt/tool"},
        {"/tmp/innocent", "/", "", "", "/opt/tool|/tmp/innocent"},
        {"./innocent", "/tmp", "", "", "/opt/tool|/tmp/innocent"},
        {"../opt/./tool", "/tmp", "", "", "/opt/tool"},
        {"/opt/tool", "/", "", "/usr/bin/nc", "/opt/tool|/usr/bin/nc"},
        {"/tmp/link", "/", "", "/usr/bin/nc", "/opt/tool|/usr/bin/nc|/tmp/link"},
        {"/usr/bin/nc", "/", "", "/usr/bin/nc", "/opt/tool|/usr/bin/nc"},
        {"/tmp/script", "/", "/opt/tool", "", "/opt/tool"},  // the script's name, not the tool's
        {"/proc/self/fd/7", "/", "", "", "/opt/tool"},       // a handle is no name
        {"/dev/fd/7", "/", "", "", "/opt/tool"},
    };
    for (const Asked& asked : table) {
        INFO(asked.filename << " " << asked.inner);
        Login login;
        Record tool("execve");
        tool.by(100, 60 * kSecond, 2, "tool").text("trusted_exepath", "/opt/tool");
        tool.text("filename", asked.filename).text("cwd", asked.cwd);
        tool.text("interpreter", asked.interpreter).text("exe_filesystem_path", asked.inner);
        tool.set("pgid", 100).set("sid", 100).at(101 * kSecond);
        check(login.world, tool,
              {{"proc.exepath", asked.names},
               {"proc.aexepath[0]", asked.names},
               {"proc.sid.exepath", asked.names},
               {"proc.vpgid.exepath", asked.names}});
    }
}

TEST_CASE("where a process comes from") {
    Login login;
    check(login.world, login.record,
          {{"proc.pname", "sshd"},
           {"proc.pexe", "-sshd"},
           {"proc.pexepath", "/bin/sshd"},
           {"proc.pcmdline", "sshd"},
           {"proc.ppid", "50"},
           {"proc.pvpid", "50"},
           {"proc.ppid.duration", "50000000000"},
           {"proc.ppid.ts", "1700000050000000000"},
           {"proc.aname", "sshd|init"},
           {"proc.aname[0]", "bash"},
           {"proc.aname[1]", "sshd"},
           {"proc.aname[2]", "init"},
           {"proc.aname[3]", "(missing)"},
           {"proc.aname[-1]", "(missing)"},
           {"proc.apid", "50|1"},
           {"proc.apid[2]", "1"},
           {"proc.aexe[1]", "-sshd"},
           {"proc.aexepath", "/bin/sshd|/bin/init"},
           {"proc.acmdline[0]", "bash -c  ls  x"},
           {"proc.aargs[0]", "-c  ls  x"},
           {"proc.aargs", ""},
           {"proc.aenv[PATH]", "(missing)"},
           {"proc.sname", "bash"},
           {"proc.vpgid.name", "bash"},
           {"proc.pgid.exepath", "/bin/bash"}});

    Record root("openat");
    root.by(1, 1 * kSecond, 1, "init");
    check(login.world, root,
          {{"proc.pname", "(missing)"},
           {"proc.ppid", "0"},
           {"proc.aname", "(missing)"},
           {"proc.loginshellid", "(missing)"},
           {"proc.env", "(missing)"},
           {"proc.cwd", "(missing)"},
           {"user.loginuid", "-1"},
           {"user.loginname", "<NA>"}});
}

TEST_CASE("environments of ancestors") {
    Login login;
    Record child("clone");
    child.by(100, 60 * kSecond, 1, "bash").set("res", 101).set("pid", 101);
    child.set("child_start_time", static_cast<int64_t>(70 * kSecond));
    login.world.tell(child);
    Record record("openat");
    record.by(101, 70 * kSecond, 1, "bash");
    check(login.world, record,
          {{"proc.aenv[PATH]", "/bin"},
           {"proc.aenv[1]", "PATH=/bin EMPTY= PA=TH"},
           {"proc.aenv", "PATH=/bin EMPTY= PA=TH"},
           {"proc.sname", "bash"},
           {"proc.pname", "bash"}});
}

TEST_CASE("a process nobody told of") {
    World world;
    Record record("openat");
    record.by(7, 70, 2, "ghost");
    check(world, record,
          {{"proc.name", "ghost"},
           {"proc.cmdline", "ghost"},
           {"proc.exe", "<NA>"},
           {"proc.exepath", "<NA>"},
           {"proc.args", "(missing)"},
           {"proc.pname", "(missing)"},
           {"proc.ppid", "(missing)"},
           {"proc.sname", ""},
           {"proc.is_exe_writable", "(missing)"},
           {"proc.exe_ino", "(missing)"},
           {"thread.cap_permitted", "(missing)"},
           {"proc.start_seen", "false"},
           {"user.name", "<NA>"},
           {"container.id", "host"}});
}

TEST_CASE("users and groups by name") {
    char name[] = "/tmp/saker-test-XXXXXX";
    const std::filesystem::path root = ::mkdtemp(name);
    std::filesystem::create_directories(root / "etc");
    std::ofstream(root / "etc/passwd")
        << "root:x:0:0::/root:/bin/bash\nme:x:1000:100::/home/me:/bin/zsh\n";
    std::ofstream(root / "etc/group") << "users:x:100:\n";
    Host host = World::default_host();
    host.is_live = true;
    host.root = root;
    World world(host);
    Record record("setuid");
    record.by(9, 90, 1, "su").set("uid", 1000);
    record.header().uid = 1000;
    record.header().euid = 0;
    record.header().egid = 100;
    record.header().mount_namespace = 20;
    check(world, record,
          {{"user.uid", "0"},
           {"user.name", "root"},
           {"user.homedir", "/root"},
           {"user.shell", "/bin/bash"},
           {"group.gid", "100"},
           {"group.name", "users"},
           {"evt.arg.uid", "me"},
           {"evt.rawarg.uid", "1000"}});
    record.header().euid = 4;
    record.set("uid", 4);
    check(world, record, {{"user.name", "<NA>"}, {"user.shell", "<NA>"}, {"evt.arg.uid", "4"}});
    // A service with mounts of its own is no container.
    record.header().euid = 1000;
    record.header().mount_namespace = 21;
    check(world, record, {{"user.name", "me"}});
    std::filesystem::remove_all(root);
}

TEST_CASE("containers") {
    World world;
    Record named("cgroup");
    named.set("id", 5).text("cgroups", "/docker/" + std::string(64, 'a'));
    world.tell(named);
    Record started = there(300, 70 * kSecond, "sh");
    started.set("pidns_init_start_ts", static_cast<int64_t>(70 * kSecond));
    started.header().cgroup = 5;
    world.tell(started);
    Record record("openat");
    record.by(300, 70 * kSecond, 1, "sh").at(75 * kSecond);
    record.header().cgroup = 5;
    record.header().pid_namespace = 10;
    record.header().mount_namespace = 21;
    check(world, record,
          {{"container.id", "aaaaaaaaaaaa"},
           {"container.full_id", std::string(64, 'a')},
           {"container.type", "docker"},
           {"container.name", "(missing)"},
           {"container.image.repository", "(missing)"},
           {"container.start_ts", "1700000070000000000"},
           {"container.duration", "5000000000"},
           {"container.host_pid", "true"}});

    Record outside("openat");
    outside.by(1, 1, 1, "init");
    check(world, outside,
          {{"container.id", "host"},
           {"container.name", "host"},
           {"container.type", "host"},
           {"container.start_ts", "(missing)"},
           {"container.host_pid", "(missing)"}});
}

TEST_CASE("times") {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    World world;
    Record first("openat");
    first.by(7, 70, 2, "x").at(1);
    world.tell(first);
    Record record("openat");
    record.by(7, 70, 2, "x").at(2 * kSecond + 3);
    check(world, record,
          {{"evt.num", "2"},
           {"evt.rawtime", "1700000002000000003"},
           {"evt.rawtime.s", "1700000002"},
           {"evt.rawtime.ns", "3"},
           {"evt.reltime", "2000000002"},
           {"evt.reltime.s", "2"},
           {"evt.deltatime.ns", "2"},
           {"evt.time", "22:13:22.000000003"},
           {"evt.time.s", "22:13:22"},
           {"evt.time.iso8601", "2023-11-14T22:13:22.000000003+0000"},
           {"evt.datetime", "2023-11-14 22:13:22.000000003"},
           {"evt.datetime.s", "2023-11-14 22:13:22"},
           {"evt.latency", "0"},
           {"evt.source", "syscall"},
           {"evt.is_async", "false"}});
}

TEST_CASE("births and deaths") {
    Login login;
    Record fork("clone");
    fork.by(100, 60 * kSecond, 1, "bash").set("res", 101).set("pid", 101).set("flags", 0x100 | 17);
    check(login.world, fork,
          {{"evt.rawres", "101"},
           {"evt.res", "SUCCESS"},
           {"evt.arg.flags", "CLONE_VM|0x11"},
           {"evt.arg.pid", "101"},
           {"evt.arg.exe", "-bash"},
           {"evt.arg.comm", "bash"},
           {"proc.name", "bash"}});

    constexpr int64_t kInRecord = 4095;
    Record more("arguments");
    more.by(100, 60 * kSecond, 2, "ls")
        .set("offset", kInRecord)
        .text("bytes", std::string_view("home\0", 5));
    login.world.tell(more);
    Record exec("execve");
    exec.by(100, 60 * kSecond, 2, "ls").text("exe", "ls").strings("args", {"-l", "/"});
    exec.text("filename", "./run.sh").text("interpreter", "/bin/ls").set("cap_effective", 1);
    check(login.world, exec,
          {{"proc.name", "ls"},
           {"proc.cmdline", "ls -l / home"},
           {"proc.pname", "sshd"},
           {"proc.interpreter", "/bin/ls"},
           {"proc.script", "./run.sh"},
           {"evt.arg.args", "-l / home"},
           {"evt.rawarg.exe", "ls"},
           {"evt.arg.cap_effective", "CAP_CHOWN"},
           {"evt.rawarg.cap_effective", "1"},
           {"evt.arg.tid", "100"},
           {"evt.arg.comm", "ls"},
           {"fs.path.name", "(missing)"},
           {"fd.name", "(missing)"}});

    Record failed("execve");
    failed.by(100, 60 * kSecond, 2, "ls").set("res", -13).text("filename", "/root/x");
    check(login.world, failed,
          {{"proc.name", "ls"}, {"evt.res", "EACCES"}, {"evt.arg.filename", "/root/x"}});

    Record exit("procexit");
    exit.by(100, 60 * kSecond, 2, "ls").set("status", 9).set("sig", 9);
    check(login.world, exit,
          {{"evt.arg.sig", "SIGKILL"},
           {"evt.rawarg.sig", "9"},
           {"evt.res", "(missing)"},
           {"syscall.type", "(missing)"},
           {"proc.name", "ls"}});
}

}  // namespace
}  // namespace saker
