// A program says which rules match: in order, once, and as their authors meant.
#include "engine/lang/program.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "tests/unit/engine/rules.h"

namespace saker::lang {
namespace {

using Matches = std::vector<uint32_t>;

std::string events_named(const EventSet& events) {
    if (events.all()) {
        return "all";
    }
    std::string names;
    for (size_t kind = 0; kind < kEventKinds; ++kind) {
        if (events.test(kind)) {
            names +=
                (names.empty() ? "" : " ") + std::string(name_of(static_cast<EventKind>(kind)));
        }
    }
    return names;
}

}  // namespace

TEST_CASE("all rules that match are told, in the order of the rules") {
    RuleTexts rules({"evt.type = open and proc.name = cat", "evt.type = execve", "proc.name = cat",
                     "evt.type in (open, openat) and fd.name startswith /etc/",
                     "evt.type = open and not fd.name endswith .conf"});
    CHECK(rules.match("open", {{"proc.name", {text("cat")}}, {"fd.name", {text("/etc/x.conf")}}}) ==
          Matches{0, 2, 3});
    CHECK(rules.match("execve", {{"proc.name", {text("cat")}}}) == Matches{1, 2});
    CHECK(rules.match("openat", {{"fd.name", {text("/etc/shadow")}}}) == Matches{3});
    CHECK(rules.match("close", {}).empty());
}

TEST_CASE("a disabled rule never matches, but is known") {
    RuleTexts rules({"evt.type = open", "evt.type = execve"}, {true, false});
    CHECK(rules.match("open", {}) == Matches{0});
    CHECK(rules.match("execve", {}).empty());
    CHECK(events_named(rules.program().events_of(1)) == "execve");
    CHECK(events_named(rules.program().wanted_events()) == "open");
}

TEST_CASE("a missing field fails every test and passes every not") {
    RuleTexts rules({"proc.name = cat", "proc.name != cat", "not proc.name = cat",
                     "not proc.name != cat", "proc.name exists", "not proc.name exists",
                     "not proc.name in (cat, dog)", "proc.name != val(proc.pname)"});
    CHECK(rules.match("open", {}) == Matches{2, 3, 5, 6});
    CHECK(rules.match("open", {{"proc.name", {text("")}}}) == Matches{1, 2, 4, 6});
}

TEST_CASE("one name of an object is enough, but under not all must have it") {
    RuleTexts rules({"fd.name = /a", "not fd.name = /a", "fd.name != /a", "not fd.name != /a",
                     "fd.name startswith /a", "not fd.name in (/a, /b)", "fd.name in (/x, /b)"});
    const MapReader::Map two{{"fd.name", {text("/a"), text("/b")}}};
    CHECK(rules.match("open", two) == Matches{0, 1, 2, 3, 4, 6});
    CHECK(rules.match("open", {{"fd.name", {text("/a"), text("/a")}}}) == Matches{0, 3, 4});
}

TEST_CASE("an ancestor is enough, and under not none may have it") {
    RuleTexts rules({"proc.aname = sshd", "not proc.aname = sshd", "proc.aname in (init, sshd)",
                     "not proc.aname in (x)"});
    const MapReader::Map chain{{"proc.aname", {text("bash"), text("sshd"), text("systemd")}}};
    CHECK(rules.match("execve", chain) == Matches{0, 2, 3});
}

TEST_CASE("more values than fit the index are put to the test themselves") {
    RuleTexts rules({"proc.aname = p99", "not proc.aname = p99", "proc.aname startswith q",
                     "not fd.name startswith /", "fd.name = n99"});
    std::vector<std::string> texts;
    for (int i = 0; i < 100; ++i) {
        texts.push_back("p" + std::to_string(i));
    }
    std::vector<Value> many(texts.begin(), texts.end());
    CHECK(rules.match("execve", {{"proc.aname", many}}) == Matches{0, 3});
    CHECK(rules.match("execve", {{"fd.name", many}}) == Matches{1, 3});
}

TEST_CASE("the kinds of event a rule can match") {
    const auto [condition, events] = GENERATE(table<std::string, std::string>({
        {"evt.type = open", "open"},
        {"evt.type in (open, openat) and proc.name = a", "open openat"},
        {"syscall.type = open", "open"},
        {"evt.type = open or evt.type = openat", "open openat"},
        {"evt.type = open and evt.type = openat", ""},
        {"evt.type = open or proc.name = a", "all"},
        {"evt.type = open and not evt.type = open", ""},
        {"not (evt.type != open or proc.name = a)", "open"},
        {"not (evt.type = open and proc.name = a)", "all"},
        {"evt.type = open and evt.num = 0", ""},
        {"evt.type = open and evt.num >= 0", "open"},
        {"evt.type = open or evt.num = 0", "open"},
        {"evt.type = open and not evt.num = 0", "open"},
        {"evt.num = 0", ""},
        {"evt.num > 0", "all"},
        {"evt.num = 5", "all"},
        {"evt.dir = < and evt.type = open", "open"},
        {"evt.dir = > and evt.type = open", ""},
        {"proc.name = a and not proc.name = a", ""},
        {"not evt.type exists", ""},
        {"evt.type startswith openat", "openat openat2"},
        {"evt.type = oneof (open, openat)", "open openat"},
    }));
    CAPTURE(condition);
    const RuleTexts rules({condition});
    CHECK(events_named(rules.program().events_of(0)) == events);
    if (events != "all") {
        CHECK(rules.program().wanted_events() == rules.program().events_of(0));
    }
}

TEST_CASE("calls without a row are wanted by the rules that name them") {
    const auto wants = [](const RuleTexts& rules, std::string_view event) {
        return rules.program().wanted_events().test(index_of(find_event_kind(event).value()));
    };
    const RuleTexts any({"proc.name = a", "evt.type != open"});
    CHECK(wants(any, "openat"));
    CHECK_FALSE(wants(any, "sched_getattr"));
    CHECK_FALSE(wants(any, "syscall"));
    const RuleTexts named({"proc.name = a", "evt.type in (sched_getattr, open)"});
    CHECK(wants(named, "sched_getattr"));
    CHECK_FALSE(wants(named, "sysfs"));
}

TEST_CASE("an event no rule wants reads no field, and others read each field once") {
    RuleTexts rules({"evt.type = open and fd.name = /a and proc.name = cat",
                     "evt.type = open and fd.name startswith /a and not proc.name = dog",
                     "evt.type = open and tolower(fd.name) = /a and fd.name contains a",
                     "evt.type = open and fd.name = val(proc.name)"});
    MapReader reader({{"fd.name", {text("/a")}}, {"proc.name", {text("cat")}}});
    CHECK(rules.match(kind_named("close"), reader).empty());
    CHECK(reader.reads().empty());
    CHECK(rules.match(kind_named("open"), reader) == Matches{0, 1, 2});
    CHECK(reader.reads() == std::map<std::string, int>{{"fd.name", 1}, {"proc.name", 1}});
}

TEST_CASE("equal tests of different rules are one") {
    const RuleTexts rules({"fd.name = /a and proc.name in (x, y)",
                           "not fd.name = /b and evt.num = 3",
                           "proc.name in (x, y) or fd.name = /a"});
    CHECK(rules.program().predicate_count() == 4);
}

TEST_CASE("the fields of a rule, those inside transformers and on the right too") {
    const RuleTexts rules(
        {"proc.aname[2] = a and len(fd.name) > 3 and proc.name = val(proc.pname)"});
    CHECK(rules.program().fields_of(0) ==
          std::vector<std::string>{"fd.name", "proc.aname[2]", "proc.name", "proc.pname"});
}

TEST_CASE("explaining a rule shows what it waits for, its tests in order, and who shares them") {
    const RuleTexts rules(
        {"evt.type in (open, openat) and fd.name regex .*x.* and proc.pid > 3 "
         "and fd.name = /etc/shadow",
         "evt.type in (open, openat) and proc.pid > 3 and fd.name = /etc/passwd",
         "evt.type = execve"});
    const auto explained = rules.program().explain(0);
    REQUIRE(explained.size() == 1);
    CHECK(events_named(explained[0].events) == "open openat");
    REQUIRE(explained[0].waits_for.size() == 1);
    CHECK(explained[0].waits_for[0].find("/etc/shadow") != std::string::npos);
    const auto& tests = explained[0].tests;
    REQUIRE(tests.size() == 3);
    CHECK(tests[2].text.find("regex") != std::string::npos);
    CHECK(tests[2].if_true == kMatch);
    CHECK(tests[0].if_true == 1);
    CHECK(tests[0].if_false == kNoMatch);
    for (const ExplainedTest& test : tests) {
        const bool shared = test.text.find("proc.pid") != std::string::npos;
        CHECK(test.shared_with == (shared ? Matches{1} : Matches{}));
    }
    CHECK(rules.program().explain(2)[0].tests.empty());
}

TEST_CASE("a hostile list is built and searched in bounded time") {
    std::string list;
    for (int i = 0; i < 100'000; ++i) {
        list += (i == 0 ? "" : ", ") + ("/some/quite/long/path/to/a/file/" + std::to_string(i));
    }
    const auto begin = std::chrono::steady_clock::now();
    RuleTexts rules({"fd.name in (" + list + ")", "fd.name startswith anyof (" + list + ")",
                     "fd.name contains anyof (" + list + ")"});
    CHECK(rules.match("open", {{"fd.name", {text("/some/quite/long/path/to/a/file/99999")}}}) ==
          Matches{0, 1, 2});
    CHECK(rules.match("open", {{"fd.name", {text("/some/quite")}}}).empty());
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

}  // namespace saker::lang
