// Texts, bytes, globs, expressions and paths.
#include "tests/unit/lang/verdict_table.h"

using namespace saker::testing;

TEST_CASE("texts are compared byte by byte") {
    check_rows(R"json({"proc.name": "nginx", "proc.cmdline": "", "proc.exe": "a b,c(d)",
                   "proc.pname": "10"})json",
               {
                   {"proc.name = nginx", yes},
                   {"proc.name == nginx", yes},
                   {"proc.name = NGINX", no},
                   {"proc.name != apache", yes},
                   {"proc.name != nginx", no},
                   {"proc.cmdline = ''", yes},
                   {"proc.cmdline exists", yes},
                   {"proc.cmdline != a", yes},
                   {"proc.cmdline contains ''", yes},
                   {"proc.name contains ''", yes},
                   {"proc.name startswith ''", yes},
                   {"proc.name endswith \"\"", yes},
                   {"proc.exe = 'a b,c(d)'", yes},
                   {"proc.exe in ('a b,c(d)', x)", yes},
                   {"proc.name contains gin", yes},
                   {"proc.name contains GIN", no},
                   {"proc.name icontains GIN", yes},
                   {"proc.name icontains nginxx", no},
                   {"proc.name startswith ng", yes},
                   {"proc.name startswith nginxx", no},
                   {"proc.name endswith nx", yes},
                   {"proc.name in (apache, nginx)", yes},
                   {"proc.name in ()", no},
                   {"proc.name intersects (apache, nginx)", yes},
                   {"not proc.name in ()", yes},
                   {"proc.pname < 9", yes},
                   {"proc.pname < 10", no},
                   {"proc.pname <= 10", yes},
                   {"proc.pname > 1", yes},
                   {"proc.pname >= 2", no},
                   {"proc.pname = 0xa", no},
                   {"proc.name < abc", refused},
                   {"proc.name bcontains 6e", refused},
                   {"proc.name bstartswith 6e", refused},
               });
}

TEST_CASE("missing fields make every test false, and its negation true") {
    check_rows(R"({"evt.type": "open"})", {
                                              {"proc.name exists", no},
                                              {"not proc.name exists", yes},
                                              {"proc.name = ''", no},
                                              {"proc.name != cat", no},
                                              {"not proc.name != cat", yes},
                                              {"proc.name in (cat)", no},
                                              {"not proc.name in (cat)", yes},
                                              {"proc.name = <NA>", no},
                                              {"proc.name regex '.*'", no},
                                              {"proc.name glob *", no},
                                              {"proc.name contains ''", no},
                                              {"fd.name pmatch (/)", no},
                                              {"proc.pid != 5", no},
                                              {"proc.pid >= 0", no},
                                              {"evt.is_io != true", no},
                                              {"fd.sip != 1.2.3.4", no},
                                              {"fd.net != 10.0.0.0/8", no},
                                              {"fd.port != 80", no},
                                              {"fd.types in (file)", no},
                                              {"fd.types exists", no},
                                              {"proc.aname != x", no},
                                              {"not proc.aname = x", yes},
                                              {"toupper(proc.name) exists", no},
                                              {"len(proc.name) = 0", no},
                                              {"concat(proc.name, 'x') = x", no},
                                              {"join('-', (proc.name, 'x')) exists", no},
                                              {"proc.name = val(proc.pname)", no},
                                              {"proc.name != allof (a, b)", no},
                                              {"proc.name = anyof ()", no},
                                              {"evt.type = open and not fd.name exists", yes},
                                          });
}

TEST_CASE("quotes and escapes") {
    check_rows("{\"proc.cmdline\": \"it's \\\"q\\\"\\t\\\\ ~\\n\", \"proc.exe\": \"a\\\\b\"}",
               {
                   {R"(proc.cmdline = "it's \"q\"\t\\ \x7e\n")", yes},
                   {R"(proc.cmdline = 'it\'s "q"\t\\ \x7E\n')", yes},
                   {R"(proc.cmdline contains '"q"')", yes},
                   {R"(proc.exe = a\b)", yes},
                   {R"(proc.exe = "a\\b")", yes},
                   {R"(proc.exe = "a\x5cb")", yes},
                   {R"(proc.exe = "a\ b")", yes},
                   {R"(proc.exe startswith "a\x5c")", yes},
                   {R"(proc.exe startswith "a\\")", refused},
                   {R"(proc.exe = "a\db")", refused},
                   {R"(proc.exe = "a\x4")", refused},
                   {R"(proc.exe = "a\xzz")", refused},
                   {R"(proc.exe = "a\'b")", refused},
                   {R"(proc.exe = 'a\"b')", refused},
                   {R"(proc.exe = a'b)", refused},
                   {R"(proc.exe = a"b)", refused},
                   {R"(proc.exe = "a)", refused},
                   {R"(proc.exe = "a\x00b")", refused},
                   {R"(proc.exe in (x, "\x00"))", refused},
                   {R"(toupper("\x00") exists)", refused},
                   {"proc.exe = " + std::string(1023, 'x'), no},
                   {"proc.exe = " + std::string(1024, 'x'), refused},
               });
}

TEST_CASE("bytes may hold anything") {
    check_rows(R"({"evt.buffer": "a\u0000b GET", "evt.rawarg.data": {"$hex": "00ff"}})",
               {
                   {R"(evt.buffer = "a\x00b GET")", yes},
                   {R"(evt.buffer = ab)", no},
                   {R"(evt.buffer != ab)", yes},
                   {R"(evt.buffer in (x, "a\x00b GET"))", yes},
                   {R"(evt.buffer intersects ("a\x00b GET"))", yes},
                   {R"(evt.buffer contains "\x00")", yes},
                   {R"(evt.buffer startswith "a\x00")", yes},
                   {R"(evt.buffer endswith GET)", yes},
                   {"evt.buffer bcontains 0062", yes},
                   {"evt.buffer bcontains 006A", no},
                   {"evt.buffer bstartswith 6100", yes},
                   {"evt.buffer bstartswith 00", no},
                   {"evt.buffer bcontains anyof (ff, 0062)", yes},
                   {"evt.buffer bcontains allof (ff, 0062)", no},
                   {"evt.rawarg.data bcontains 00ff", yes},
                   {"len(evt.buffer) = 7", yes},
                   {"evt.buffer bcontains 2", refused},
                   {"evt.buffer bcontains 2g", refused},
                   {"evt.buffer bcontains 0x41", refused},
                   {"evt.buffer bcontains ''", refused},
                   {"evt.buffer icontains get", refused},
                   {"evt.buffer glob *", refused},
                   {"evt.buffer iglob *", refused},
                   {"evt.buffer regex '.*'", refused},
                   {"evt.buffer pmatch (/)", refused},
                   {"evt.buffer < 5", refused},
                   {"toupper(evt.buffer) = A", refused},
                   {"concat(evt.buffer, 'x') = A", refused},
                   {"evt.buffer contains val(proc.name)", refused},
                   {"evt.buffer bcontains val(evt.buffer)", yes},
               });
}

TEST_CASE("globs are fnmatch's") {
    check_rows(R"({"fd.name": "/opt/dir/.hidden/File.TXT", "proc.name": "a*b[]"})",
               {
                   {"fd.name glob /opt/*.TXT", yes},
                   {"fd.name glob *.txt", no},
                   {"fd.name iglob *.txt", yes},
                   {"fd.name iglob /OPT/*", yes},
                   {"fd.name glob /opt/d?r/*", yes},
                   {"fd.name glob /opt/d[h-j]r/*", yes},
                   {"fd.name glob /opt/d[!a]r/*", yes},
                   {"fd.name glob /opt/d[^i]r/*", no},
                   {"fd.name glob /opt/d[[:alpha:]]r/*", yes},
                   {"fd.name glob /opt/d[[:digit:]]r/*", no},
                   {"fd.name iglob /opt/d[[:upper:]]r/*", no},
                   {"fd.name glob /opt/*/*/[A-Z]ile.TXT", yes},
                   {"fd.name glob ''", no},
                   {"fd.name glob **", yes},
                   {R"(proc.name glob a\*b*)", yes},
                   {R"(proc.name glob 'a\\*b*')", yes},
                   {R"(proc.name glob a\?b*)", no},
                   {"proc.name glob 'a*b[]'", yes},
                   {"proc.name glob 'a*b[[]]'", yes},
                   {R"(proc.name glob a*\)", no},
                   {"proc.name glob oneof (a*, *x)", yes},
               });
}

TEST_CASE("a hostile glob takes no more than pattern times text") {
    const std::string stars(200, '*');
    std::string pattern;
    for (int i = 0; i < 200; ++i) {
        pattern += "a*";
    }
    const auto event = nlohmann::json{{"proc.name", std::string(2000, 'a')}};
    const auto condition = "proc.name = b or proc.name glob " + pattern + "b";
    CHECK(judge("proc.name glob " + stars, event).verdict == yes);
    const auto parsed = saker::lang::parse_condition(condition);
    REQUIRE(parsed);
    CHECK(saker::lang::glob_matches(pattern + "b", std::string(2000, 'a'), false) == false);
}

TEST_CASE("expressions are POSIX and match as a whole") {
    check_rows(
        R"({"proc.name": "kworker10", "proc.cmdline": "a\nb", "fd.name": {"$hex": "2f70ff2fc3a9"}})",
        {
            {"proc.name regex 'kworker[0-9]+'", yes},
            {"proc.name regex 'kworker[[:digit:]]{2}'", yes},
            {"proc.name regex '^kworker10$'", yes},
            {"proc.name regex 'worker.*'", no},
            {"proc.name regex 'kworker|ksoftirqd'", no},
            {"proc.name regex '(kworker|ksoftirqd)[0-9]*'", yes},
            {"proc.name regex kworker.+", yes},
            {"proc.cmdline regex 'a.b'", no},
            {"proc.cmdline regex \"a[[:space:]]b\"", yes},
            {"fd.name regex '/p./.'", yes},
            {"fd.name regex '/p../.'", no},
            {"fd.name contains \"\\xff\"", yes},
            {"proc.name regex anyof ('x.*', 'k.*')", yes},
            {R"(proc.name regex 'kworker\\d+')", refused},
            {R"(proc.name regex 'kworker\d+')", refused},
            {"proc.name regex '(?i)KWORKER10'", refused},
            {"proc.name regex '['", refused},
            {"proc.name regex '(a{1000}){1000}'", refused},
            {"proc.name regex \"\\xff\"", refused},
            {"proc.name regex val(proc.cmdline)", refused},
            {"proc.name regex anyof ('a', '[')", refused},
        });
}

TEST_CASE("path prefixes go part by part") {
    check_rows(R"({"fd.name": "/opt/dir/sub/file.txt", "fd.directory": "opt//dir/", "proc.name": "",
                   "proc.exe": "/"})",
               {
                   {"fd.name pmatch (/opt)", yes},
                   {"fd.name pmatch (/op)", no},
                   {"fd.name pmatch (/opt/dir/)", yes},
                   {"fd.name pmatch (//opt//dir//)", yes},
                   {"fd.name pmatch (opt)", yes},
                   {"fd.name pmatch (/)", yes},
                   {"fd.name pmatch (/opt/dir/sub/file.txt)", yes},
                   {"fd.name pmatch (/opt/dir/sub/file.txt/more)", no},
                   {"fd.name pmatch (/etc, /var, /opt/dir/sub)", yes},
                   {"fd.name pmatch (/opt/*/sub)", yes},
                   {"fd.name pmatch (/opt/*/other)", no},
                   {"fd.name pmatch (/*/other, /opt/d?r)", yes},
                   {"fd.name pmatch (/opt/[a-e]ir)", yes},
                   {"fd.name pmatch (/opt*)", yes},
                   {"fd.directory pmatch (/opt/dir)", yes},
                   {"proc.name pmatch (/)", yes},
                   {"proc.name pmatch (/a)", no},
                   {"proc.exe pmatch (/)", yes},
                   {"proc.exe pmatch (/a)", no},
                   {"fd.name pmatch ()", no},
                   {"fd.name pmatch val(fd.directory)", refused},
                   {"fd.name pmatch /opt", refused},
                   {"proc.pid pmatch (1)", refused},
               });
}
