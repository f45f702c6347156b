// Output templates: what compiles, what is printed, and what is said of missing fields.
#include "engine/rules/template.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/json_event.h"
#include "engine/base/escape.h"

using nlohmann::json;
namespace rules = saker::rules;
using rules::Missing;
using rules::Template;

namespace {

const json kEvent = {{"proc.name", "nginx"},
                     {"proc.pid", 1234},
                     {"proc.pname", "systemd"},
                     {"proc.aname[2]", "sshd"},
                     {"proc.args", ""},
                     {"user.uid", 0},
                     {"user.loginuid", -1},
                     {"fd.types", {"file", "ipv4"}},
                     {"fd.sip", "10.0.0.2"},
                     {"fd.cip", "fd00::1"},
                     {"fd.sport", 443},
                     {"evt.is_open_write", true},
                     {"evt.reltime.ns", 42},
                     {"evt.rawtime.ns", 123456789},
                     {"evt.reltime", 42},
                     {"thread.cpu", 1.5},
                     {"evt.arg.flags", "O_RDWR"},
                     {"evt.arg[0]", "3"},
                     {"proc.env[HOME]", "/root"},
                     {"proc.exe", "/bin/cat"},
                     {"evt.rawtime", 1700000000000000000},
                     {"proc.cwd", "h\u00e9llo"},
                     {"evt.buffer", {{"$hex", "6100ff"}}}};

std::string rendered(const std::string& format) {
    const auto made = Template::compile(format);
    if (!made) {
        return "error: " + made.error().message;
    }
    saker::cli::JsonEvent event(kEvent);
    saker::Scratch scratch;
    std::string text;
    made->render(event, scratch, text);
    return text;
}

}  // namespace

TEST_CASE("templates print fields among text") {
    struct Row {
        std::string format;
        std::string text;
    };
    const Row rows[] = {
        {"plain", "plain"},
        {" ", " "},
        {"%proc.name", "nginx"},
        {"%proc.name.", "nginx."},
        {"%proc.name..", "nginx.."},
        {"%proc.namex", "nginxx"},
        {"(%proc.name)", "(nginx)"},
        {"%proc.name(%proc.pid)", "nginx(1234)"},
        {"%proc.name[%proc.pid]", "nginx[1234]"},
        {"%proc.name[0]", "nginx[0]"},
        {"%proc.name%proc.name", "nginxnginx"},
        {"%proc.aname[2]!", "sshd!"},
        {"%proc.aname[2][3]", "sshd[3]"},
        {"%proc.args|", "|"},
        {"%user.uid %user.loginuid", "0 -1"},
        {"%fd.types", "(file,ipv4)"},
        {"%fd.sip %fd.cip %fd.sport", "10.0.0.2 fd00::1 443"},
        {"%evt.is_open_write", "true"},
        {"%evt.reltime %evt.reltime.ns %evt.rawtime.ns", "42 000000042 123456789"},
        {"%evt.rawtime", "1700000000000000000"},
        {"%thread.cpu", "1.5"},
        {"%evt.arg.flags,%evt.arg[0]", "O_RDWR,3"},
        {"%proc.env[HOME]", "/root"},
        {"%evt.asynctype", "<NA>"},
        {"%3proc.name|", "ngi|"},
        {"%8proc.name|", "nginx   |"},
        {"%05proc.name|", "nginx|"},
        {"%0proc.name|", "nginx|"},
        {"%3evt.asynctype|", "<NA|"},
        {"%6evt.asynctype|", "<NA>  |"},
        {"%2proc.cwd|", "h |"},  // a character is not cut in two
        {"%3proc.cwd|", "h\u00e9|"},
        {"%toupper(proc.name)", "NGINX"},
        {"%tolower(toupper(proc.name))", "nginx"},
        {"%basename(proc.exe)", "cat"},
        {"%len(proc.name)", "5"},
        {"%concat(proc.name, \"-\", proc.pname)", "nginx-systemd"},
        {"%join(\"+\", (proc.name, proc.pname))", "nginx+systemd"},
        {"%toupper(evt.asynctype)", "<NA>"},
        {"%7toupper(proc.name)|", "NGINX  |"},
        {"*%proc.name", "*nginx"},
    };
    for (const Row& row : rows) {
        INFO(row.format);
        CHECK(rendered(row.format) == row.text);
    }
}

TEST_CASE("what is no template is refused") {
    for (const char* format : {"",
                               "%",
                               "100%",
                               "%%",
                               "%proc.name %",
                               "% proc.name",
                               "%10",
                               "%10 ",
                               "%{proc.name}",
                               "%(proc.name)",
                               "%proc",
                               "%proc.",
                               "%nosuch.field",
                               "%PROC.NAME",
                               "%-5proc.name",
                               "%*proc.name",
                               "%toupper",
                               "%toupper(",
                               "%toupper()",
                               "%toupper(proc.name",
                               "%toupper (proc.name)",
                               "%toupper(nosuch.field)",
                               "%nosuch(proc.name)",
                               "%toupper(proc.pid)",
                               "%proc.aname[",
                               "%proc.aname[x",
                               "%evt.arg",
                               "%fd.ip",
                               "%99999999999proc.name",
                               "%val(proc.name)"}) {
        INFO(format);
        const auto made = Template::compile(format);
        REQUIRE_FALSE(made);
        CHECK((made.error().message.find("formatting token") != std::string::npos));
        CHECK_FALSE(made.error().hint.empty());
    }
    const auto made = Template::compile("file %fd.directry");
    REQUIRE_FALSE(made);
    CHECK(made.error().where.column == 6);
    CHECK(made.error().hint.find("fd.directory") != std::string::npos);
}

TEST_CASE("a strict template says nothing when a field is missing") {
    struct Row {
        const char* format;
        bool said;
        const char* text;
    };
    for (const Row& row : {Row{"%proc.name", true, "nginx"}, Row{"a %evt.asynctype", false, ""},
                           Row{"*a %evt.asynctype", true, "a <NA>"}, Row{"*", false, "(error)"}}) {
        INFO(row.format);
        const auto made = Template::compile(row.format, Missing::withholds);
        if (std::string(row.text) == "(error)") {
            CHECK_FALSE(made);
            continue;
        }
        REQUIRE(made);
        saker::cli::JsonEvent event(kEvent);
        saker::Scratch scratch;
        std::string text = "before ";
        CHECK(made->render(event, scratch, text) == row.said);
        CHECK(text == std::string("before ") + row.text);
    }
}

TEST_CASE("output fields are typed, named as written, and each told once") {
    const auto made = Template::compile(
        "%proc.pid %proc.pid %toupper(proc.name) %9proc.name %evt.asynctype %thread.cpu "
        "%evt.is_open_write %proc.aname[2] %evt.reltime.ns %fd.types %concat(proc.pname, "
        "proc.exe)");
    REQUIRE(made);
    saker::cli::JsonEvent event(kEvent);
    saker::Scratch scratch;
    std::vector<rules::OutputField> fields;
    made->read_fields(event, scratch, fields);
    std::vector<std::string> names;
    for (const auto& field : fields) {
        names.push_back(field.name);
    }
    CHECK(names == std::vector<std::string>{"proc.pid", "proc.name", "evt.asynctype", "thread.cpu",
                                            "evt.is_open_write", "proc.aname[2]", "evt.reltime.ns",
                                            "fd.types", "proc.pname", "proc.exe"});
    const auto scalar = [&](size_t i) { return std::get<rules::OutputScalar>(fields[i].value); };
    CHECK(scalar(0) == rules::OutputScalar(int64_t{1234}));
    CHECK(scalar(1) == rules::OutputScalar(std::string("nginx")));
    CHECK(scalar(2) == rules::OutputScalar(saker::Absent{}));
    CHECK(scalar(3) == rules::OutputScalar(1.5));
    CHECK(scalar(4) == rules::OutputScalar(true));
    CHECK(scalar(6) == rules::OutputScalar(std::string("000000042")));
    CHECK(std::get<std::vector<rules::OutputScalar>>(fields[7].value).size() == 2);
}

TEST_CASE("hostile bytes are escaped for people, and valid for machines") {
    std::string out;
    saker::append_escaped(out, "a\n\t\x1b[31m\x7f\xff\xc3\xa9\xc2\x9b\\\"");
    CHECK(out == "a\\n\\t\\u001b[31m\\u007f\\xff\xc3\xa9\\u009b\\\"");
    CHECK(saker::valid_utf8("a\xff\xc3\xa9\xe2\x82") ==
          "a\xEF\xBF\xBD\xc3\xa9\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(rendered("%evt.buffer").size() == 3);
}
