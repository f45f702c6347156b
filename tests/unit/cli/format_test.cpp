#include "outputs/format.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

using namespace saker;
using namespace saker::outputs;
using nlohmann::json;

namespace {

constexpr uint64_t kTime = 1785492135'576767292;  // 2026-07-31T10:02:15.576767292Z

Alert sample() {
    Alert alert;
    alert.id = "id-1";
    alert.rule = "Read shadow";
    alert.priority = "Warning";
    alert.source = "syscall";
    alert.tags = {"file", "host"};
    alert.hostname = "node-1";
    alert.time = kTime;
    alert.message = "cat opened /etc/shadow";
    alert.fields = {{"proc.name", rules::OutputScalar(std::string("cat"))},
                    {"fd.name", rules::OutputScalar(std::string("/etc/shadow"))},
                    {"container.image.repository", rules::OutputScalar(Absent{})},
                    {"proc.tty", rules::OutputScalar(uint64_t{34816})},
                    {"evt.rawres", rules::OutputScalar(int64_t{-2})},
                    {"evt.failed", rules::OutputScalar(true)},
                    {"proc.name", rules::OutputScalar(std::string("cat"))}};
    alert.lineage = {{10, 5, "cat", "/usr/bin/cat", "cat /etc/shadow"},
                     {9, 4, "bash", "/usr/bin/bash", "bash"}};
    return alert;
}

std::string as_json(const Alert& alert, const FormatOptions& options = {}) {
    std::string out;
    format_json(alert, options, out);
    return out;
}

std::string as_text(const Alert& alert, const FormatOptions& options = {}) {
    std::string out;
    format_text(alert, options, out);
    return out;
}

std::vector<std::string> keys_of(const std::string& text) {
    std::vector<std::string> keys;
    const auto parsed = nlohmann::ordered_json::parse(text);
    for (const auto& [key, value] : parsed.items()) {
        keys.push_back(key);
    }
    return keys;
}

}  // namespace

TEST_CASE("a text line is time, priority and message") {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    CHECK(as_text(sample()) == "10:02:15.576767292: Warning cat opened /etc/shadow\n");
    FormatOptions iso;
    iso.iso_8601 = true;
    CHECK(as_text(sample(), iso) ==
          "2026-07-31T10:02:15.576767292+0000: Warning cat opened /etc/shadow\n");
}

TEST_CASE("a text line is one line whatever the message holds") {
    Alert alert = sample();
    alert.message = "a\nb\x1b[31m\x7f\r\t\xff \"q\" \\ \u00e9";
    const std::string line = as_text(alert);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK_THAT(line, Catch::EndsWith("a\\nb\\u001b[31m\\u007f\\r\\t\\xff \"q\" \\ \u00e9\n"));
}

TEST_CASE("JSON has Falco's keys, ours beside them, in alphabetical order") {
    const std::vector<std::string> keys{"hostname", "id",   "lineage", "output", "output_fields",
                                        "priority", "rule", "source",  "tags",   "time"};
    CHECK(keys_of(as_json(sample())) == keys);

    FormatOptions options;
    options.include_output = false;
    options.include_message = true;
    options.include_output_fields = false;
    options.include_tags = false;
    CHECK(keys_of(as_json(sample(), options)) ==
          std::vector<std::string>{"hostname", "id", "lineage", "message", "priority", "rule",
                                   "source", "time"});
}

TEST_CASE("JSON values have the types of their fields") {
    const json alert = json::parse(as_json(sample()));
    CHECK(alert["time"] == "2026-07-31T10:02:15.576767292Z");
    CHECK(alert["priority"] == "Warning");
    CHECK(alert["tags"] == json::array({"file", "host"}));
    const json& fields = alert["output_fields"];
    CHECK(fields["evt.time"] == kTime);
    CHECK(fields["evt.time"].is_number_unsigned());
    CHECK(fields["proc.tty"] == 34816);
    CHECK(fields["evt.rawres"] == -2);
    CHECK(fields["evt.failed"] == true);
    CHECK(fields["container.image.repository"].is_null());
    CHECK(fields.size() == 7);
    CHECK(alert["lineage"][1]["name"] == "bash");
    CHECK(alert["lineage"][0]["pid"] == 10);

    FormatOptions iso;
    iso.iso_8601 = true;
    const json dated = json::parse(as_json(sample(), iso));
    CHECK(dated["output_fields"]["evt.time.iso8601"] == kTime);
    CHECK_FALSE(dated["output_fields"].contains("evt.time"));
}

TEST_CASE("keys of output_fields are in alphabetical order, each once") {
    const auto fields = nlohmann::ordered_json::parse(as_json(sample()))["output_fields"];
    std::vector<std::string> names;
    for (const auto& [name, value] : fields.items()) {
        names.push_back(name);
    }
    CHECK(std::is_sorted(names.begin(), names.end()));
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}

TEST_CASE("hostile values stay inside their JSON strings") {
    const auto value = GENERATE(as<std::string>{}, "a\nb", "\x01\x1f\x7f", "\"},{\"", "\\", "\\\"",
                                std::string("\0x", 2), "\xff\xfe", "\xc3", "\xed\xa0\x80",
                                "\xf4\x90\x80\x80", "\xe2\x80\xae", std::string(65536, 'x'),
                                std::string(65536, '\x80'), "</script>", "\u00e9\U0001F600");
    Alert alert = sample();
    alert.message = value;
    alert.rule = value;
    alert.tags = {value};
    alert.fields.push_back({"proc.cmdline", rules::OutputScalar(value)});
    alert.fields.push_back(
        {"fd.types", std::vector<rules::OutputScalar>{value, rules::OutputScalar(Absent{})}});
    alert.lineage[0].cmdline = value;
    const std::string line = as_json(alert);
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    REQUIRE(json::accept(line));
    const json parsed = json::parse(line);
    const std::string back = parsed["output_fields"]["proc.cmdline"];
    CHECK(parsed["rule"] == back);
    CHECK(parsed["lineage"][0]["cmdline"] == back);
    CHECK(parsed["output_fields"]["fd.types"] == json::array({back, nullptr}));
    const bool is_utf8 = json(value).dump(-1, ' ', false, json::error_handler_t::replace) ==
                         json(value).dump(-1, ' ', false, json::error_handler_t::ignore);
    if (is_utf8) {
        CHECK(back == value);
    } else {
        CHECK_THAT(back, Catch::Contains("\xEF\xBF\xBD"));
    }
}

TEST_CASE("labels are output fields, below those of the rule") {
    Alert alert = sample();
    alert.labels = {{"cluster", "ea\"st"}, {"proc.name", "label"}};
    const json fields = json::parse(as_json(alert))["output_fields"];
    CHECK(fields["cluster"] == "ea\"st");
    CHECK(fields["proc.name"] == "cat");
}

TEST_CASE("an alert made after a loss says so") {
    Alert alert = sample();
    alert.loss.bulk = 7;
    CHECK(json::parse(as_json(alert))["lost"]["bulk"] == 7);
    CHECK_THAT(as_text(alert), Catch::Contains("lost before this: 0 critical, 7 bulk"));
}
