// Fields of events about files.
#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/unit/fields/ask.h"

namespace saker {
namespace {

using test::Record;
using test::World;

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

Record opened() {
    Record record("openat");
    record.by(100, 1000, 1, "cat").at(5'000'000'000).set("fd", 3).set("dirfd", AT_FDCWD);
    record.set("flags", O_RDONLY | O_CLOEXEC).set("dev", 8 << 20 | 1).set("ino", 77);
    record.set("file_type", S_IFREG | 0640);
    return record;
}

TEST_CASE("a file opened by a plain path") {
    World world;
    Record record = opened();
    record.text("name", "/etc/shadow").text("resolved", "/etc/shadow");
    check(world, record,
          {{"fd.num", "3"},
           {"fd.name", "/etc/shadow"},
           {"fd.nameraw", "/etc/shadow"},
           {"fd.directory", "/etc"},
           {"fd.filename", "shadow"},
           {"fd.type", "file"},
           {"fd.typechar", "f"},
           {"fd.dev", "8388609"},
           {"fd.dev.major", "8"},
           {"fd.dev.minor", "1"},
           {"fd.ino", "77"},
           {"fd.l4proto", "<NA>"},
           {"fd.sip", "(missing)"},
           {"fd.uid", "1003"},
           {"fd.containername", "host:/etc/shadow"},
           {"fd.containerdirectory", "host:/etc"},
           {"fd.is_upper_layer", "false"},
           {"fs.path.name", "/etc/shadow"},
           {"fs.path.source", "(missing)"},
           {"evt.type", "openat"},
           {"syscall.type", "openat"},
           {"evt.type.is.openat", "1"},
           {"evt.type.is.open", "0"},
           {"evt.category", "file"},
           {"evt.res", "SUCCESS"},
           {"evt.rawres", "3"},
           {"evt.failed", "false"},
           {"evt.count", "1"},
           {"evt.count.error", "(missing)"},
           {"evt.is_open_read", "true"},
           {"evt.is_open_write", "false"},
           {"evt.is_open_create", "false"},
           {"evt.dir", "<"},
           {"evt.arg.fd", "<f>/etc/shadow"},
           {"evt.arg.dirfd", "AT_FDCWD"},
           {"evt.arg.flags", "O_RDONLY|O_CLOEXEC"},
           {"evt.arg.mode", "0"},
           {"evt.arg[0]", "<f>/etc/shadow"},
           {"evt.arg.nothing", "(missing)"},
           {"evt.rawarg.fd", "3"},
           {"evt.rawarg.flags", "524288"},
           {"evt.via", "syscall"},
           {"evt.truncated", "false"}});
}

TEST_CASE("a file opened by a path that says less than the truth") {
    World world;
    Record record = opened();
    SECTION("a symlink") {
        record.text("name", "/tmp/link").text("resolved", "/etc/shadow");
        check(world, record,
              {{"fd.name", "/etc/shadow|/tmp/link"},
               {"fd.directory", "/etc|/tmp"},
               {"fd.filename", "shadow|link"},
               {"fd.nameraw", "/tmp/link"}});
    }
    SECTION("a relative path") {
        record.text("name", "../etc//./shadow")
            .text("directory", "/root")
            .text("resolved", "/etc/shadow");
        check(world, record,
              {{"fd.name", "/etc/shadow"},
               {"fd.nameraw", "../etc//./shadow"},
               {"evt.arg.name", "/etc/shadow"},
               {"evt.rawarg.name", "../etc//./shadow"},
               {"proc.cwd", "/root/"}});
    }
    SECTION("a bind mount") {
        record.text("name", "/mnt/s")
            .text("resolved", "/mnt/s")
            .text("filesystem_path", "/etc/shadow");
        check(world, record, {{"fd.name", "/mnt/s|/etc/shadow"}});
    }
    SECTION("nothing could be resolved") {
        record.text("name", "shadow").text("directory", "/etc").flag(RECORD_UNRESOLVED);
        check(world, record,
              {{"fd.name", "/etc/shadow"}, {"evt.unresolved", "true"}, {"fd.typechar", "f"}});
    }
}

TEST_CASE("an open that failed") {
    World world;
    Record record = opened();
    record.set("fd", -ENOENT)
        .set("file_type", 0)
        .text("name", "a/../b")
        .text("directory", "/etc/x");
    check(world, record,
          {{"fd.num", "-1"},
           {"fd.name", "/etc/x/b"},
           {"fd.typechar", "(missing)"},
           {"fd.type", "(missing)"},
           {"fd.l4proto", "(missing)"},
           {"evt.res", "ENOENT"},
           {"evt.rawres", "-2"},
           {"evt.failed", "true"},
           {"evt.count.error", "1"},
           {"evt.count.error.file", "1"},
           {"evt.count.error.net", "(missing)"},
           {"evt.is_open_read", "true"},
           {"evt.arg.fd", "ENOENT"}});
}

TEST_CASE("how a file was opened") {
    struct Mode {
        int flags;
        int mode;
        std::string_view read;
        std::string_view write;
        std::string_view exec;
        std::string_view names;
    };
    static constexpr Mode kModes[] = {
        {O_RDONLY, 0, "true", "false", "false", "O_RDONLY"},
        {O_WRONLY | O_CREAT | O_TRUNC, 0644, "false", "true", "false", "O_WRONLY|O_CREAT|O_TRUNC"},
        {O_RDWR | O_CREAT, 0755, "true", "true", "true", "O_RDWR|O_CREAT"},
        {O_RDWR | O_TMPFILE, 0700, "true", "true", "true", "O_RDWR|O_TMPFILE"},
        {O_RDONLY, 0755, "true", "false", "false", "O_RDONLY"},
        {O_PATH, 0, "false", "false", "false", "O_RDONLY|O_PATH"},
        {O_RDONLY | O_DIRECTORY, 0, "true", "false", "false", "O_RDONLY|O_DIRECTORY"},
        {O_WRONLY | O_SYNC, 0, "false", "true", "false", "O_WRONLY|O_SYNC"},
        {O_WRONLY | O_DSYNC, 0, "false", "true", "false", "O_WRONLY|O_DSYNC"},
        {1 << 30, 0, "true", "false", "false", "O_RDONLY|0x40000000"},
    };
    World world;
    for (const Mode& mode : kModes) {
        INFO(mode.names);
        Record record = opened();
        record.set("flags", mode.flags).set("mode", mode.mode);
        check(world, record,
              {{"evt.is_open_read", mode.read},
               {"evt.is_open_write", mode.write},
               {"evt.is_open_exec", mode.exec},
               {"evt.arg.flags", mode.names}});
    }
    Record record = opened();
    record.set("file_flags", FILE_CREATED | FILE_UPPER_LAYER).set("mode", 0640);
    check(
        world, record,
        {{"evt.is_open_create", "true"}, {"fd.is_upper_layer", "true"}, {"evt.arg.mode", "0640"}});
    record.set("file_type", S_IFDIR | 0755);
    check(world, record, {{"fd.typechar", "d"}, {"fd.type", "directory"}});
}

TEST_CASE("all arguments in one line") {
    World world;
    Record record = opened();
    record.text("name", "shadow").text("directory", "/etc").text("resolved", "/etc/shadow");
    const std::string line = world.ask(record, "evt.args");
    CHECK(
        line.starts_with("fd=3(<f>/etc/shadow) dirfd=-100(AT_FDCWD) name=shadow(/etc/shadow) "
                         "flags=524288(O_RDONLY|O_CLOEXEC) mode=0 "));
    CHECK(world.ask(record, "evt.info") == line);
}

TEST_CASE("acts on names") {
    World world;
    Record unlinked("unlinkat");
    unlinked.by(100, 1000, 1, "rm").set("dirfd", 5).text("name", "log/x").text("directory", "/var");
    unlinked.text("resolved", "/var/log/x").set("flags", AT_REMOVEDIR);
    check(world, unlinked,
          {{"fs.path.name", "/var/log/x"},
           {"fs.path.nameraw", "log/x"},
           {"evt.arg.name", "/var/log/x"},
           {"evt.abspath[x]", "/var/log/x"},
           {"evt.arg.flags", "AT_REMOVEDIR"},
           {"evt.arg.dirfd", "5"},
           {"evt.arg.res", "0"},
           {"fd.name", "(missing)"},
           {"fd.num", "(missing)"},
           {"evt.is_open_read", "false"}});

    Record renamed("renameat2");
    renamed.by(100, 1000, 1, "mv").text("oldpath", "a").text("newpath", "/etc/../b");
    renamed.text("old_directory", "/tmp").text("resolved_old", "/tmp/real").set("flags", 1);
    check(world, renamed,
          {{"fs.path.source", "/tmp/real|/tmp/a"},
           {"fs.path.target", "/b"},
           {"fs.path.sourceraw", "a"},
           {"fs.path.targetraw", "/etc/../b"},
           {"fs.path.name", "(missing)"},
           {"evt.abspath.src", "/tmp/a"},
           {"evt.abspath.dst", "/b"},
           {"evt.arg.oldpath", "/tmp/a"},
           {"evt.arg.newpath", "/b"},
           {"evt.arg.flags", "RENAME_NOREPLACE"}});

    Record changed("chmod");
    changed.by(100, 1000, 1, "chmod").text("filename", "/bin/su").set("mode", 04755);
    check(world, changed,
          {{"fs.path.name", "/bin/su"},
           {"evt.arg.mode", "S_ISUID|S_IRUSR|S_IWUSR|S_IXUSR|S_IRGRP|S_IXGRP|S_IROTH|S_IXOTH"},
           {"evt.rawarg.mode", "2541"}});

    Record by_descriptor("fchmod");
    by_descriptor.by(100, 1000, 1, "chmod").set("fd", 4).text("resolved", "/bin/su");
    by_descriptor.set("file_type", S_IFREG | 0755);
    check(world, by_descriptor,
          {{"fd.name", "/bin/su"},
           {"fd.num", "4"},
           {"evt.arg.fd", "<f>/bin/su"},
           {"fs.path.name", "/bin/su"},
           {"evt.rawres", "0"}});
}

TEST_CASE("a kernel hook has no descriptor but a file") {
    World world;
    Record record("file_open");
    record.by(100, 1000, 1, "iou-wrk").text("resolved", "/etc/shadow").set("flags", O_RDONLY);
    record.set("file_type", S_IFREG).header().via = VIA_io_uring;
    check(world, record,
          {{"fd.name", "/etc/shadow"},
           {"fd.num", "(missing)"},
           {"fd.typechar", "f"},
           {"evt.res", "(missing)"},
           {"evt.rawres", "(missing)"},
           {"evt.failed", "false"},
           {"evt.is_open_read", "true"},
           {"syscall.type", "(missing)"},
           {"evt.via", "io_uring"}});
}

TEST_CASE("a symbolic link has a target and a place") {
    World world;
    Record record("symlinkat");
    record.by(100, 1000, 1, "ln").set("linkdirfd", AT_FDCWD).text("target", "/etc/shadow");
    record.text("linkpath", "link").text("directory", "/tmp");
    check(world, record,
          {{"fs.path.source", "/etc/shadow"},
           {"fs.path.target", "/tmp/link"},
           {"fs.path.targetraw", "link"},
           {"fs.path.name", "(missing)"}});
}

TEST_CASE("where a process stands follows its moves") {
    World world;
    Record record("chdir");
    record.by(100, 1000, 1, "sh").at(5'000'000'000).text("path", "..");
    record.text("resolved", "/srv/data");
    check(world, record, {{"proc.cwd", "/srv/data/"}, {"fs.path.name", "/srv/data"}});
    Record failed("chdir");
    failed.by(100, 1000, 1, "sh").at(6'000'000'000).set("res", -2).text("path", "/nowhere");
    check(world, failed, {{"proc.cwd", "/srv/data/"}, {"fs.path.name", "/nowhere"}});
}

TEST_CASE("a link made elsewhere does not move its maker") {
    World world;
    Record stands("chdir");
    stands.by(100, 1000, 1, "sh").at(5'000'000'000).text("path", "/srv").text("resolved", "/srv");
    check(world, stands, {{"proc.cwd", "/srv/"}});
    Record record("symlinkat");
    record.by(100, 1000, 1, "sh").at(6'000'000'000).set("linkdirfd", 5).text("target", "x");
    record.text("linkpath", "link").text("directory", "/tmp");
    check(world, record, {{"proc.cwd", "/srv/"}});
}

TEST_CASE("a duplicated descriptor is what it stands for") {
    World world;
    Record file("dup2");
    file.by(100, 1000, 1, "sh").set("res", 1).set("oldfd", 5).set("newfd", 1);
    file.set("file_type", S_IFREG | 0644).text("resolved", "/var/log/x");
    check(world, file, {{"fd.num", "1"}, {"fd.type", "file"}, {"fd.name", "/var/log/x"}});
    Record socket("dup");
    socket.by(100, 1000, 1, "sh").set("res", 0).set("oldfd", 3).set("domain", 2).set("type", 1);
    socket.end("local", "10.0.0.1", 40000).end("remote", "1.2.3.4", 443);
    check(world, socket,
          {{"fd.num", "0"},
           {"fd.type", "ipv4"},
           {"fd.name", "10.0.0.1:40000->1.2.3.4:443"},
           {"fd.sip", "1.2.3.4"}});
}

}  // namespace
}  // namespace saker
