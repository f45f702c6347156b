// The formats of others, judged by the rules of those others.
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "outputs/batch.h"
#include "outputs/format.h"
#include "tests/unit/outputs/sample.h"

using namespace saker;
using namespace saker::outputs;
using nlohmann::json;

namespace {

Alert sample() {
    Alert alert = saker::testing::alert_of("5d7c-2-1-1a", "Read shadow");
    alert.priority = "Warning";
    alert.tags = {"T1555", "host", "mitre_credential_access"};
    alert.labels = {{"cluster", "blue"}};
    alert.time = 1785492135'576767292;
    alert.message = "cat opened /etc/shadow as root";
    alert.fields = {{"evt.type", rules::OutputScalar(std::string("openat"))},
                    {"fd.name", rules::OutputScalar(std::string("/etc/shadow"))},
                    {"user.name", rules::OutputScalar(std::string("root"))},
                    {"user.uid", rules::OutputScalar(uint64_t{0})},
                    {"proc.aname[2]", rules::OutputScalar(std::string("sshd"))},
                    {"container.id", rules::OutputScalar(std::string("3ad7b26ded6d"))},
                    {"container.name", rules::OutputScalar(Absent{})}};
    alert.lineage = {{10, 5, "cat", "/usr/bin/cat", "cat /etc/shadow"},
                     {9, 4, "bash", "/usr/bin/bash", "bash"}};
    return alert;
}

/// What an attacker may have put into arguments, paths and names.
std::vector<std::string> hostile_texts() {
    return {"a\nb\r\nc",
            "\x01\x1b[31m\x7f",
            std::string("\0x", 2),
            "\xff\xfe",
            "\xc3",
            "\xed\xa0\x80",
            "a|b=c\\d",
            "\"},{\"x\":\"",
            "]\\\"]",
            std::string(65536, 'x'),
            std::string(65536, '='),
            std::string(40000, '\xc3') + "\xa9",
            "cs1=forged act=none",
            "CEF:0|Other|Other|1|1|1|10|",
            "\u2028\u0085"};
}

Alert hostile(const std::string& text) {
    Alert alert = sample();
    alert.rule = alert.message = alert.hostname = text;
    alert.tags = {text};
    alert.labels = {{text, text}};
    alert.fields.push_back({"proc.cmdline", rules::OutputScalar(text)});
    alert.fields.push_back({"fd.types", std::vector<rules::OutputScalar>{text, text}});
    alert.fields[1].value = rules::OutputScalar("/" + text);
    alert.lineage[0] = {10, 5, text, "/" + text, text};
    return alert;
}

std::string written(config::Format format, const Alert& alert) {
    std::string out;
    formatter_of(format)(alert, {}, out);
    return out;
}

json parsed(config::Format format, const Alert& alert) {
    const std::string line = written(format, alert);
    REQUIRE(std::count(line.begin(), line.end(), '\n') == 1);
    REQUIRE(line.back() == '\n');
    REQUIRE(json::accept(line));
    return json::parse(line);
}

/// Fails on a key that one object holds twice: parsers disagree about which counts.
void check_keys_are_unique(const std::string& text) {
    std::vector<std::set<std::string>> open;
    const auto seen = [&](int, json::parse_event_t event, json& value) {
        if (event == json::parse_event_t::object_start) {
            open.emplace_back();
        } else if (event == json::parse_event_t::object_end) {
            open.pop_back();
        } else if (event == json::parse_event_t::key) {
            CHECK(open.back().insert(value.get<std::string>()).second);
        }
        return true;
    };
    CHECK(json::parse(text, seen).is_object());
}

void judge_ecs(const json& document) {
    CHECK(document["@timestamp"].is_string());
    CHECK(document["ecs"]["version"] == "8.11.0");
    CHECK(document["event"]["kind"] == "alert");
    CHECK(document["event"]["category"] == json::array({"intrusion_detection"}));
    CHECK(document["event"]["type"] == json::array({"info"}));
    CHECK(document["event"]["severity"].is_number_unsigned());
    CHECK(document["message"].is_string());
    CHECK(document["tags"].is_array());
    for (const auto& [name, value] : document["labels"].items()) {
        INFO(name);
        CHECK(name.find('.') == std::string::npos);
        CHECK(value.is_string());
    }
    CHECK(document["process"]["pid"].is_number_unsigned());
    CHECK(document["process"]["executable"].is_string());
}

void judge_ocsf(const json& finding) {
    for (const char* name : {"activity_id", "category_uid", "class_uid", "severity_id", "time",
                             "type_uid", "status_id"}) {
        INFO(name);
        CHECK(finding[name].is_number_unsigned());
    }
    CHECK(finding["class_uid"] == finding["category_uid"].get<int>() * 1000 + 4);
    CHECK(finding["type_uid"] ==
          finding["class_uid"].get<int>() * 100 + finding["activity_id"].get<int>());
    CHECK(finding["severity_id"] <= 6);
    CHECK(finding["metadata"]["version"].is_string());
    CHECK(finding["metadata"]["product"]["name"].is_string());
    CHECK(finding["finding_info"]["uid"].is_string());
    CHECK(finding["finding_info"]["title"].is_string());
    CHECK(finding["device"]["type_id"].is_number_unsigned());
    REQUIRE(finding["evidences"].size() == 1);
    const json& process = finding["evidences"][0]["actor"]["process"];
    CHECK(process["pid"].is_number_unsigned());
    CHECK(process["file"]["type_id"].is_number_unsigned());
    CHECK(process["file"]["name"].is_string());
}

void judge_any_value(const json& value) {
    REQUIRE(value.is_object());
    REQUIRE(value.size() == 1);
    if (value.contains("intValue")) {
        CHECK(value["intValue"].is_string());
    } else if (value.contains("arrayValue")) {
        for (const json& item : value["arrayValue"]["values"]) {
            judge_any_value(item);
        }
    } else {
        CHECK((value.contains("stringValue") || value.contains("boolValue") ||
               value.contains("doubleValue")));
    }
}

void judge_otlp(const json& request) {
    REQUIRE(request.size() == 1);
    const json& resource_logs = request["resourceLogs"][0];
    const json& record = resource_logs["scopeLogs"][0]["logRecords"][0];
    CHECK(record["timeUnixNano"] == "1785492135576767292");
    CHECK(record["severityNumber"] == 13);
    judge_any_value(record["body"]);
    for (const json* attributes :
         {&record["attributes"], &resource_logs["resource"]["attributes"]}) {
        std::set<std::string> keys;
        for (const json& attribute : *attributes) {
            CHECK(keys.insert(attribute["key"]).second);
            judge_any_value(attribute["value"]);
        }
    }
}

struct Cef {
    std::vector<std::string> header;
    std::map<std::string, std::string> pairs;
};

/// Takes a line apart by the rules of the format, undoing what was escaped.
Cef take_apart(const std::string& line) {
    Cef cef;
    size_t at = 0;
    std::string part;
    for (; at < line.size() && cef.header.size() < 7; ++at) {
        if (line[at] == '\\') {
            part += line[++at];
        } else if (line[at] == '|') {
            cef.header.push_back(std::exchange(part, {}));
        } else {
            part += line[at];
        }
    }
    // A value ends where a key and a bare equal sign follow.
    std::string rest = line.substr(at, line.size() - at - 1);
    std::string key;
    std::string value;
    for (size_t i = 0; i < rest.size(); ++i) {
        if (rest[i] == '\\') {
            ++i;
            value += rest[i] == 'n' ? '\n' : rest[i] == 'r' ? '\r' : rest[i];
        } else if (rest[i] == '=') {
            const size_t space = value.rfind(' ');
            if (!key.empty()) {
                cef.pairs[key] = value.substr(0, space);
            }
            key = space == std::string::npos ? value : value.substr(space + 1);
            value.clear();
        } else {
            value += rest[i];
        }
    }
    cef.pairs[key] = value;
    return cef;
}

constexpr config::Format kAll[] = {config::Format::text, config::Format::json,
                                   config::Format::ecs,  config::Format::ocsf,
                                   config::Format::cef,  config::Format::otlp};

}  // namespace

TEST_CASE("an alert as an ECS document") {
    const json document = parsed(config::Format::ecs, sample());
    judge_ecs(document);
    CHECK(document["@timestamp"] == "2026-07-31T10:02:15.576767292Z");
    CHECK(document["rule"]["name"] == "Read shadow");
    CHECK(document["event"]["id"] == "5d7c-2-1-1a");
    CHECK(document["event"]["severity"] == 4);
    CHECK(document["log"]["level"] == "warning");
    CHECK(document["file"]["path"] == "/etc/shadow");
    CHECK(document["user"] == json({{"id", "0"}, {"name", "root"}}));
    CHECK(document["container"] == json({{"id", "3ad7b26ded6d"}}));
    CHECK(document["labels"]["cluster"] == "blue");
    CHECK(document["labels"]["proc_aname_2_"] == "sshd");
    CHECK(document["threat"]["technique"]["id"] == json::array({"T1555"}));
    CHECK(document["threat"]["tactic"]["name"] == json::array({"Credential Access"}));
    CHECK(document["process"]["parent"]["name"] == "bash");
}

TEST_CASE("an alert as an OCSF detection finding") {
    const json finding = parsed(config::Format::ocsf, sample());
    judge_ocsf(finding);
    CHECK(finding["time"] == 1785492135576);
    CHECK(finding["severity_id"] == 3);
    CHECK(finding["finding_info"]["attacks"][0]["technique"]["uid"] == "T1555");
    CHECK(finding["evidences"][0]["actor"]["process"]["parent_process"]["pid"] == 9);
    CHECK(finding["evidences"][0]["data"]["fd.name"] == "/etc/shadow");
    CHECK(finding["metadata"]["labels"] == json::array({"cluster=blue"}));
}

TEST_CASE("an alert as an OpenTelemetry log record") {
    judge_otlp(parsed(config::Format::otlp, sample()));
}

TEST_CASE("an alert as CEF") {
    const Cef cef = take_apart(written(config::Format::cef, sample()));
    CHECK(cef.header == std::vector<std::string>{"CEF:0", "Saker", "Saker", SAKER_VERSION,
                                                 "Read shadow", "Read shadow", "6"});
    CHECK(cef.pairs.at("rt") == "1785492135576");
    CHECK(cef.pairs.at("externalId") == "5d7c-2-1-1a");
    CHECK(cef.pairs.at("sproc") == "/usr/bin/cat");
    CHECK(cef.pairs.at("cs1Label") == "commandLine");
    CHECK(cef.pairs.at("cs1") == "cat /etc/shadow");
    CHECK(cef.pairs.at("msg") == "cat opened /etc/shadow as root");
}

TEST_CASE("hostile texts break no format") {
    for (const std::string& text : hostile_texts()) {
        INFO(text.substr(0, 40));
        const Alert alert = hostile(text);
        judge_ecs(parsed(config::Format::ecs, alert));
        judge_ocsf(parsed(config::Format::ocsf, alert));
        judge_otlp(parsed(config::Format::otlp, alert));
        for (const config::Format format : {config::Format::json, config::Format::ecs,
                                            config::Format::ocsf, config::Format::otlp}) {
            check_keys_are_unique(written(format, alert));
        }
    }
}

TEST_CASE("hostile texts forge nothing in CEF") {
    for (const std::string& text : hostile_texts()) {
        INFO(text.substr(0, 40));
        const std::string line = written(config::Format::cef, hostile(text));
        CHECK(std::count(line.begin(), line.end(), '\n') == 1);
        const Cef cef = take_apart(line);
        REQUIRE(cef.header.size() == 7);
        CHECK(cef.header[0] == "CEF:0");
        CHECK(cef.header[1] == "Saker");
        CHECK(cef.header[6] == "6");
        CHECK(cef.pairs.at("act") == "openat");
        CHECK(cef.pairs.at("cs1Label") == "commandLine");
        CHECK(cef.pairs.at("msg").size() <= 1023);
        CHECK(json::accept(json(cef.pairs.at("msg")).dump()));
    }
}

TEST_CASE("a batch for OpenTelemetry is one request") {
    std::vector<Parcel> parcels(3);
    for (Parcel& parcel : parcels) {
        parcel.body = written(config::Format::otlp, sample());
    }
    std::string out;
    append_batch(parcels, config::Format::otlp, config::BatchForm::lines, out);
    CHECK(json::parse(out)["resourceLogs"].size() == 3);
}

TEST_CASE("the examples of the documentation are what is written") {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    const std::string document = saker::testing::text_of(SAKER_SOURCE_DIR "/docs/outputs.md");
    for (const config::Format format : kAll) {
        const std::string line = written(format, sample());
        INFO(line);
        CHECK(document.find("\n" + line) != std::string::npos);
    }
}
