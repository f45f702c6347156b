// Names, arguments, fields with several values, and events' names.
#include "engine/lang/field.h"

#include <map>
#include <set>

#include "tests/unit/lang/verdict_table.h"

using namespace saker::testing;

TEST_CASE("ancestors: some must satisfy") {
    check_rows(R"({"proc.aname": ["bash", "sshd", "init"], "proc.aname[0]": "cat",
                   "proc.aname[1]": "bash", "proc.apid": [200, 100, 1], "proc.apid[1]": 200,
                   "proc.aenv[HOME]": "/root", "proc.env[PATH]": "/bin",
                   "proc.env": "HOME=/root PATH=/bin", "proc.args[1]": "x"})",
               {
                   {"proc.aname = sshd", yes},
                   {"proc.aname = cat", no},
                   {"proc.aname != bash", yes},
                   {"not proc.aname = sshd", no},
                   {"not proc.aname = cat", yes},
                   {"proc.aname in (x, init)", yes},
                   {"proc.aname startswith ss", yes},
                   {"proc.aname contains allof (s, h, d)", yes},
                   {"proc.aname contains allof (b, d)", no},
                   {"proc.aname exists", yes},
                   {"proc.aname[0] = cat", yes},
                   {"proc.aname[1] = bash", yes},
                   {"proc.aname['1'] = bash", yes},
                   {"proc.aname[01] = bash", yes},
                   {"proc.aname[9] exists", no},
                   {"proc.apid = 100", yes},
                   {"proc.apid in (7, 100)", yes},
                   {"proc.apid > 150", yes},
                   {"proc.apid[1] = 200", yes},
                   {"proc.aenv[HOME] = /root", yes},
                   {"proc.env[PATH] = /bin", yes},
                   {"proc.env[\"PATH\"] = /bin", yes},
                   {"proc.env contains 'HOME='", yes},
                   {"proc.args[1] = x", yes},
                   {"proc.aname[x] = bash", refused},
                   {"proc.aname[-1] = bash", refused},
                   {"proc.aname [1] = bash", refused},
                   {"proc.aname[ 1 ] = bash", refused},
                   {"proc.aname[] = bash", refused},
                   {"toupper(proc.aname) = X", refused},
                   {"toupper(proc.aname[1]) = X", refused},
               });
}

TEST_CASE("lists: in wants all, intersects any") {
    check_rows(R"({"fd.types": ["file", "ipv4"], "fd.types[0]": ["file"]})",
               {
                   {"fd.types in (file, ipv4, pipe)", yes},
                   {"fd.types in (file)", no},
                   {"fd.types in ()", no},
                   {"fd.types intersects (pipe, ipv4)", yes},
                   {"fd.types intersects (pipe)", no},
                   {"not fd.types intersects (pipe)", yes},
                   {"fd.types exists", yes},
                   {"fd.types[0] in (file)", yes},
                   {"len(fd.types) = 2", yes},
                   {"len(fd.types) in (1, 2)", yes},
                   {"toupper(fd.types) in (FILE, IPV4)", yes},
                   {"toupper(fd.types) intersects (file)", no},
                   {"join(',', fd.types) = 'file,ipv4'", yes},
                   {"fd.types = file", refused},
                   {"fd.types != file", refused},
                   {"fd.types contains file", refused},
                   {"fd.types[0] = file", refused},
                   {"fd.types = anyof (file)", refused},
                   {"fd.types pmatch (file)", refused},
                   {"fd.types[x] in (file)", refused},
                   {"toupper(fd.types) = FILE", refused},
               });
}

TEST_CASE("names of one object: any, but under not all") {
    check_rows(R"({"fd.name": ["/tmp/link", "/etc/shadow"]})",
               {
                   {"fd.name = /etc/shadow", yes},
                   {"fd.name = /tmp/link", yes},
                   {"not fd.name = /etc/shadow", yes},
                   {"not fd.name startswith /", no},
                   {"fd.name != /etc/shadow", yes},
                   {"not fd.name != /etc/shadow", yes},
                   {"fd.name in (/etc/shadow)", yes},
                   {"not fd.name in (/etc/shadow)", yes},
                   {"not fd.name in (/etc/shadow, /tmp/link)", no},
                   {"not (fd.name = /tmp/link and fd.name = /etc/shadow)", yes},
                   {"not not fd.name = /etc/shadow", yes},
                   {"basename(fd.name) = shadow", yes},
                   {"not basename(fd.name) = shadow", yes},
               });
}

TEST_CASE("arguments of fields") {
    check_rows(R"({"evt.arg.flags": "O_RDWR|O_CREAT", "evt.arg[1]": "/test", "evt.type.is.open": 1,
                   "thread.cgroup.cpuacct": "/x", "container.mount.dest[/proc*]": "/proc",
                   "container.label.app": "web", "evt.abspath": "/a", "evt.abspath.src": "/b"})",
               {
                   {"evt.arg.flags contains O_CREAT", yes},
                   {"evt.arg[1] = /test", yes},
                   {"evt.arg.flags exists and not evt.arg.mode exists", yes},
                   {"evt.type.is.open = 1", yes},
                   {"thread.cgroup.cpuacct = /x", yes},
                   {"thread.cgroup[cpuacct] = /x", yes},
                   {"container.mount.dest[/proc*] = /proc", yes},
                   {"container.label[app] = web", yes},
                   {"container.label.app = web", yes},
                   {"evt.abspath = /a", yes},
                   {"evt.abspath.src = /b", yes},
                   {"evt.around[1404996934793590564] = 100", no},
                   {"evt.arg.resolved exists", no},
                   {"evt.arg = x", refused},
                   {"evt.arg.nosuch = x", refused},
                   {"evt.arg[flags] = x", refused},
                   {"evt.rawarg[0] = 1", refused},
                   {"evt.rawarg = 1", refused},
                   {"evt.rawarg.nosuch = 1", refused},
                   {"evt.type.is = 1", refused},
                   {"evt.type.is.nosuch = 1", refused},
                   {"thread.cgroup = /x", refused},
                   {"container.label = x", refused},
                   {"container.mount.dest = x", refused},
                   {"evt.around = 100", refused},
                   {"evt.around[x] = 100", refused},
                   {"evt.abspath.nosuch = /b", refused},
                   {"proc.pid[1] = 1", refused},
                   {"proc.name.x = 1", refused},
                   {"proc.aname.x = 1", refused},
                   {"tolower(evt.rawarg.name) = x", refused},
                   {"evt.outputtime = x", refused},
               });
}

TEST_CASE("events by name") {
    check_rows(R"({"evt.type": "openat", "syscall.type": "openat", "evt.dir": "<"})",
               {
                   {"evt.type = openat", yes},
                   {"evt.type in (open, openat)", yes},
                   {"evt.type != open", yes},
                   {"evt.type startswith open", yes},
                   {"evt.type = oneof (open, openat)", yes},
                   {"tolower(evt.type) = openat", yes},
                   {"syscall.type = val(evt.type)", yes},
                   {"evt.dir = <", yes},
                   {"evt.type = nosuch", refused},
                   {"evt.type != nosuch", refused},
                   {"evt.type in (open, nosuch)", refused},
                   {"evt.type glob open*", refused},
                   {"evt.type = val(syscall.type)", refused},
                   {"evt.type = tolower(syscall.type)", refused},
               });
}

TEST_CASE("what is not known is refused with a hint") {
    struct Case {
        std::string condition;
        std::string message;
        std::string hint;
        std::string code;
    };
    const Case cases[] = {
        {"proc.nme = a", "there is no field 'proc.nme'", "did you mean proc.name?",
         "LOAD_UNKNOWN_FILTER"},
        {"ka.verb = create", "plugin", "skip-if-unknown-filter", "LOAD_UNKNOWN_FILTER"},
        {"json.value[/a] = b", "plugin", "skip-if-unknown-filter", "LOAD_UNKNOWN_FILTER"},
        {"evt.type = opn", "no event is called 'opn'", "did you mean open?",
         "LOAD_ERR_COMPILE_CONDITION"},
        {"evt.arg.flag = x", "no event has an argument 'flag'", "did you mean flags?",
         "LOAD_ERR_COMPILE_CONDITION"},
        {"proc.pid contains 1", "'contains' does not compare numbers",
         "=, ==, !=", "LOAD_ERR_COMPILE_CONDITION"},
        {"is_shell and proc.pid = 1", "there is no macro 'is_shell'", "", "LOAD_ERR_VALIDATE"},
    };
    for (const Case& each : cases) {
        INFO(each.condition);
        const auto judged = judge(each.condition, nlohmann::json::object());
        REQUIRE(judged.mistakes.size() == 1);
        CHECK(judged.verdict == refused);
        CHECK_THAT(judged.mistakes[0].message, Catch::Contains(each.message));
        CHECK_THAT(judged.mistakes[0].hint, Catch::Contains(each.hint));
        CHECK(judged.mistakes[0].code == each.code);
    }
}

TEST_CASE("every mistake of a condition is reported, each with its place") {
    const std::string condition = "proc.nme = a or (proc.pid = x and evt.type = opn)";
    const auto judged = judge(condition, nlohmann::json::object());
    REQUIRE(judged.mistakes.size() == 3);
    CHECK(judged.mistakes[0].span.begin == 0);
    CHECK(judged.mistakes[1].span.begin == condition.find("x and"));
    CHECK(judged.mistakes[2].span.begin == condition.find("opn"));
}

TEST_CASE("mistakes are looked for only so long") {
    std::string condition = "proc.nme = a";
    for (int i = 0; i < 5000; ++i) {
        condition += " or proc.nme = a";
    }
    const auto unknown = judge(condition, nlohmann::json::object());
    CHECK(unknown.verdict == refused);
    CHECK(unknown.mistakes.size() < 1100);

    std::string doubtful = "proc.name in (proc.name";
    for (int i = 0; i < 5000; ++i) {
        doubtful += ", proc.name";
    }
    const auto doubted = judge(doubtful + ")", nlohmann::json::object());
    CHECK(doubted.verdict == no);
    CHECK(doubted.mistakes.size() < 1100);
}

TEST_CASE("doubts") {
    const std::map<std::string, size_t> expected = {
        {"evt.source = evt.type", 1},
        {"evt.source = 'evt.type'", 1},
        {"evt.source = val(evt.hostname)", 0},
        {"evt.source in (evt.type, proc.name, x)", 2},
        {"evt.source = 'tolower(evt.type)'", 1},
        {"evt.source = 'val( evt.type )'", 1},
        {"evt.source = 'nosuch(evt.type)'", 0},
        {"evt.source = proc.nme", 0},
        {"evt.source = evt.arg", 0},
        {"evt.source = 'proc.aname[2]'", 1},
        {"evt.source regex syscall", 1},
        {"evt.source regex '^syscall$'", 1},
        {"evt.source regex '.*call'", 1},
        {"evt.source regex 'sys.+'", 1},
        {"evt.source regex 's.*l'", 0},
        {"evt.source regex 'sys[a-z]*'", 0},
        {"evt.source regex anyof (a, 'b.*c')", 1},
        {"evt.source in a_list", 1},
        {"evt.dir = <", 1},
    };
    for (const auto& [condition, count] : expected) {
        INFO(condition);
        CHECK(judge(condition, nlohmann::json::object()).mistakes.size() == count);
    }
    CHECK(judge("evt.dir = <", nlohmann::json::object()).mistakes[0].code ==
          "LOAD_DEPRECATED_ITEM");
}

TEST_CASE("the catalogue names each field once") {
    std::set<std::string_view> names;
    for (const saker::lang::Field* field : saker::lang::all_fields()) {
        INFO(field->name);
        CHECK(names.insert(field->name).second);
    }
    CHECK(names.size() > 290);
    saker::lang::FieldArgument rest;
    const auto* field = saker::lang::find_field("evt.arg.path", rest);
    REQUIRE(field);
    CHECK(field->name == "evt.arg");
    CHECK(rest.text == "path");
    CHECK_FALSE(saker::lang::find_field("nosuch.field", rest));
}
