// saker eval: one answer a line, whatever the line.
#include "cli/eval.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/exit_code.h"

using nlohmann::json;

namespace {

std::vector<json> answers(const std::string& lines) {
    std::istringstream in(lines);
    std::ostringstream out;
    CHECK(saker::cli::run_eval(in, out) == saker::cli::kFine);
    std::vector<json> all;
    std::istringstream said(out.str());
    for (std::string line; std::getline(said, line);) {
        all.push_back(json::parse(line));
    }
    return all;
}

json answer(const json& said) {
    const auto all = answers(said.dump() + "\n");
    REQUIRE(all.size() == 1);
    return all.front();
}

}  // namespace

TEST_CASE("eval judges conditions") {
    const json event = {{"proc.name", "cat"}, {"proc.pid", 7}, {"fd.types", {"file", "ipv4"}}};
    CHECK(answer({{"id", 1}, {"condition", "proc.name = cat"}, {"event", event}}) ==
          json{{"id", 1}, {"result", true}});
    CHECK(answer({{"condition", "proc.pid > 7"}, {"event", event}, {"unknown", 1}}) ==
          json{{"result", false}});
    CHECK(answer({{"condition", "fd.types in (file, ipv4)"}, {"event", event}})["result"] == true);
    CHECK(answer({{"condition", "not fd.name = x"}})["result"] == true);
}

TEST_CASE("eval reads events by the catalogue's types") {
    const json event = {{"fd.name", {{"$hex", "2fff"}}},
                        {"proc.pid", "12"},
                        {"evt.arg.flags", 5},
                        {"fd.sip", "::ffff:10.0.0.1"},
                        {"proc.aname['2']", "sshd"},
                        {"proc.name", nullptr},
                        {"no such field", 1},
                        {"nosuch.field", 1}};
    for (const std::string condition :
         {"fd.name = \"/\\xff\"", "proc.pid = 12", "evt.arg.flags = 5", "fd.sip = 10.0.0.1",
          "proc.aname[2] = sshd", "not proc.name exists"}) {
        INFO(condition);
        CHECK(answer({{"condition", condition}, {"event", event}})["result"] == true);
    }
}

TEST_CASE("eval says where a condition is wrong") {
    const auto grammar = answer({{"id", "a"}, {"condition", "proc.name =\n  "}});
    CHECK(grammar["id"] == "a");
    CHECK(grammar["line"] == 2);
    CHECK(grammar["column"] == 3);
    const auto field = answer({{"condition", "evt.type = open and\nproc.nme = a"}});
    CHECK_THAT(field["error"].get<std::string>(), Catch::Contains("did you mean proc.name?"));
    CHECK(field["line"] == 2);
    CHECK(field["column"] == 1);
}

TEST_CASE("eval asks the grammar alone") {
    CHECK(answer({{"parse", "a.b in (c)"}}) == json{{"parse", "ok"}});
    CHECK(answer({{"parse", "a.b in"}}).contains("error"));
}

TEST_CASE("eval renders formats") {
    const auto shown =
        answer({{"format", "a=%proc.name b=%fd.name"}, {"event", {{"proc.name", "x"}}}});
    CHECK(shown["text"] == "a=x b=<NA>");
    CHECK(shown["output_fields"] == json{{"proc.name", "x"}, {"fd.name", nullptr}});
    CHECK(answer({{"format", "%nosuch.field"}}).contains("error"));
}

TEST_CASE("eval judges rule files") {
    const std::string path = "eval_test_rules.yaml";
    std::ofstream(path) << "- rule: one\n  desc: d\n  condition: proc.name = cat\n"
                           "  output: o\n  priority: INFO\n"
                           "- rule: two\n  desc: d\n  condition: proc.name startswith c\n"
                           "  output: o\n  priority: INFO\n"
                           "- rule: three\n  desc: d\n  condition: proc.name = dog\n"
                           "  output: o\n  priority: INFO\n";
    const json event = {{"proc.name", "cat"}};
    CHECK(answer({{"files", {path}}, {"event", event}})["rules"] == json{"one", "two"});
    CHECK(answer({{"files", {"no/such/file.yaml"}}}).contains("error"));
    std::remove(path.c_str());
}

TEST_CASE("eval answers every line") {
    const auto all =
        answers("not json\n\n[]\n{}\n{\"id\": {\"a\": [1]}, \"parse\": \"a\"}\n" +
                std::string(10'000, '[') + "\n{\"condition\": 5}\n\xff\n{\"files\": [1]}");
    REQUIRE(all.size() == 9);
    for (size_t i = 0; i < all.size(); ++i) {
        INFO(i);
        CHECK(all[i].contains("error") == (i != 4));
    }
    CHECK(all[4]["id"] == json{{"a", {1}}});
}
