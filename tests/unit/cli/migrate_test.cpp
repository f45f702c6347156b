// From falco.yaml to saker.yaml: nothing of it goes missing in silence. Every file here was written
// for these tests.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/falco.h"
#include "config/falco_losses.h"
#include "config/read.h"
#include "config/settings.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"

using namespace saker;
using namespace saker::config;
using support::Finished;
using support::Folder;
using support::Milliseconds;

namespace {

constexpr Milliseconds kPatience{60000};

/// What the tests below do not ask about: rule files and an output.
constexpr const char* kUsual = "rules_files: [/]\nstdout_output: {enabled: true}\n";

std::vector<Diagnostic> notes_on(const std::string& text) {
    return migrate_falco(kUsual + text, "falco.yaml").findings;
}

/// Findings as `item at line:column`, all of this code.
std::vector<std::string> places(const std::vector<Diagnostic>& findings, const std::string& code) {
    std::vector<std::string> all;
    for (const Diagnostic& found : findings) {
        if (found.code == code) {
            all.push_back(found.item + " at " + std::to_string(found.where.line) + ":" +
                          std::to_string(found.where.column));
        }
    }
    return all;
}

/// `a.b` with a value, as YAML; its sections are on, and its engine is the one in use.
std::string yaml_of(std::string_view path, const std::string& value) {
    std::string out;
    std::string indent;
    std::string before;
    while (true) {
        const size_t dot = path.find('.');
        if (dot == std::string_view::npos) {
            return out + indent + std::string(path) + ": " + value + "\n";
        }
        const std::string name(path.substr(0, dot));
        path.remove_prefix(dot + 1);
        out += indent + name + ":\n";
        indent += "  ";
        if (name == "engine" && path.find('.') != std::string_view::npos) {
            out += indent + "kind: " + std::string(path.substr(0, path.find('.'))) + "\n";
        } else if (name == "http_output") {
            out += indent + "enabled: true\n" + indent + "url: http://x/\n";
        } else if (name == "webserver") {
            out += indent + "enabled: true\n";
        }
    }
}

}  // namespace

TEST_CASE("a whole falco.yaml has an equivalent that checks, and every loss is told") {
    const Folder folder;
    const std::string rules = folder.write("rules.yaml", R"(- rule: a rule
  desc: for a test
  condition: evt.type = openat and fd.name = /etc/shadow
  output: "%proc.name opened %fd.name"
  priority: NOTICE
)");
    const std::string falco = folder.write("falco.yaml", "rules_files: [" + rules + "]\n" + R"(
config_files: [/etc/falco/config.d]
watch_config_files: false
rules:
  - disable: {tag: network}
  - enable: {rule: "a*"}
engine:
  kind: modern_ebpf
  kmod: {buf_size_preset: 8}
  modern_ebpf: {cpus_for_each_buffer: 2, buf_size_preset: 5}
load_plugins: [container, k8saudit]
priority: info
json_output: yes
json_include_tags_property: false
time_format_iso_8601: true
rule_matching: all
outputs_queue: {capacity: 77}
append_output:
  - match: {source: syscall, tags: [container]}
    extra_output: "on CPU %evt.cpu"
    extra_fields: [{cpu: "%evt.cpu"}, evt.hostname]
static_fields: {env: prod}
stdout_output: {enabled: true}
syslog_output: {enabled: true}
file_output: {enabled: true, keep_alive: true, filename: /tmp/events}
http_output:
  enabled: true
  url: https://siem:2801/
  user_agent: falcosecurity/falco
  insecure: true
  ca_cert: ""
  ca_bundle: /etc/ca.pem
  mtls: true
  client_cert: /etc/client.crt
  client_key: /etc/client.key
  compress_uploads: true
program_output: {enabled: true, keep_alive: true, program: "cat >> /tmp/x"}
grpc: {enabled: true, bind_address: "unix:///run/falco.sock"}
webserver: {enabled: true, listen_port: 9000, ssl_enabled: true}
log_level: debug
metrics: {enabled: true, interval: 1h}
tuna: {fish: 3}
)");
    const Finished said =
        support::run_program({SAKER_BINARY, "check", "--falco-config", falco}, kPatience);
    INFO(said.err);
    CHECK(said.status == 0);
    CHECK(said.out ==
          "# Made from a falco.yaml by `saker check --falco-config`.\n"
          "rules_files:\n  - \"" +
              rules + R"("
rules:
  - {disable: {tag: network}}
  - {enable: {rule: "a*"}}
priority: informational
append_output:
  - {match: {source: syscall, tags: [container]}, extra_output: "on CPU %evt.cpu", extra_fields: [{cpu: "%evt.cpu"}, evt.hostname]}
outputs:
  - {type: stdout, format: json}
  - {type: syslog, format: json, address: unix:/dev/log, facility: user}
  - {type: file, format: json, path: "/tmp/events"}
  - {type: http, format: json, url: https://siem:2801/, headers: {User-Agent: falcosecurity/falco}, ca_file: "/etc/ca.pem", cert_file: "/etc/client.crt", key_file: "/etc/client.key", gzip: true}
  - {type: program, format: json, command: ["/bin/sh", "-c", "cat >> /tmp/x"]}
output_queue: 77
json_include_tags_property: false
time_format_iso_8601: true
labels:
  env: prod
web:
  enabled: true
  address: 0.0.0.0
  port: 9000
)");
    const std::string made = folder.write("saker.yaml", said.out);
    const Finished checked =
        support::run_program({SAKER_BINARY, "check", "--config", made}, kPatience);
    CHECK(checked.out == "ok: 1 rule, 0 errors, 0 warnings\n");
    CHECK(checked.status == 0);

    const Finished told =
        support::run_program({SAKER_BINARY, "check", "--json", "--falco-config", falco}, kPatience);
    const auto report = nlohmann::json::parse(told.out);
    CHECK(report["ok"] == true);
    CHECK(report["saker_yaml"] == said.out);
    std::vector<std::string> lost;
    for (const auto& result : report["results"]) {
        CHECK(result["severity"] == "warning");
        CHECK(result["file"] == falco);
        CHECK_FALSE(result["message"].get<std::string>().empty());
        lost.push_back(result["item"].get<std::string>() + " " + result["code"].get<std::string>() +
                       " " + std::to_string(result["line"].get<int>()));
    }
    CHECK(lost == std::vector<std::string>{
                      "config_files FALCO_NO_EQUIVALENT 3",
                      "engine.modern_ebpf.buf_size_preset FALCO_NO_EQUIVALENT 11",
                      "load_plugins FALCO_NO_EQUIVALENT 12",
                      "syslog_output FALCO_DIFFERS 25",
                      "http_output.insecure FALCO_NO_EQUIVALENT 31",
                      "grpc FALCO_NO_EQUIVALENT 39",
                      "webserver.ssl_enabled FALCO_NO_EQUIVALENT 40",
                      "log_level FALCO_NO_EQUIVALENT 41",
                      "metrics FALCO_NO_EQUIVALENT 42",
                      "tuna FALCO_NO_EQUIVALENT 43",
                  });
    CHECK_THAT(said.err, Catch::Contains(falco + ":39:1: warning: there is no gRPC server") &&
                             Catch::Contains("9 without an equivalent, 1 not quite the same"));
}

TEST_CASE("settings take the names they have here") {
    struct Case {
        const char* falco;
        const char* saker;  // part of what comes of it
    };
    const auto each = GENERATE(values<Case>({
        {"", "rule_matching: first\n"},  // the default there
        {"", "watch_files: true\n"},
        {"rules_file: /a.yaml\n", "rules_files:\n  - \"/a.yaml\"\n"},
        {"rules_files: [/a.yaml, /b]\n", "rules_files:\n  - \"/a.yaml\"\n  - \"/b\"\n"},
        {"rules_files: /a.yaml\n", "rules_files:\n  - \"/a.yaml\"\n"},
        {"priority: WARNING\n", "priority: warning\n"},
        {"json_include_output_property: false\n", "json_include_output_property: false\n"},
        {"json_include_message_property: true\n", "json_include_message_property: true\n"},
        {"json_include_output_fields_property: false\n",
         "json_include_output_fields_property: false\n"},
        {"static_fields: {b: two, a: 1}\n", "labels:\n  a: 1\n  b: two\n"},
        {"stdout_output: {enabled: true}\njson_output: true\n",
         "outputs:\n  - {type: stdout, format: json}\n"},
        {"file_output: {enabled: true, filename: x}\n",
         "outputs:\n  - {type: file, format: text, path: x}\n"},
        {"http_output: {enabled: true, url: \"http://a/\"}\n",
         "outputs:\n  - {type: http, format: text, url: http://a/}\n"},
        {"http_output: {enabled: true, url: \"http://a/\", client_cert: x, client_key: y}\n",
         "url: http://a/}\n"},  // without mtls nobody shows a certificate
        {"http_output: {enabled: true, url: \"${URL}\", ca_cert: a, ca_bundle: b}\n",
         "url: \"${URL}\", ca_file: a}\n"},
        {"webserver: {enabled: true}\n",
         "web:\n  enabled: true\n  address: 0.0.0.0\n  port: 8765\n"},
        {"container_engines: {docker: {enabled: false}}\n", "docker_sockets: []\n"},
        {"container_engines: {podman: {enabled: false}}\n", "podman_sockets: []\n"},
    }));
    INFO(each.falco);
    const Migration migration = migrate_falco(each.falco, "falco.yaml");
    CHECK_THAT(print_changes(migration.config), Catch::Contains(each.saker));
}

TEST_CASE("what is off, absent or at its default is no loss") {
    const std::vector<Diagnostic> notes = notes_on(R"(
rules:
append_output: []
load_plugins:
plugins: [{name: json, library_path: libjson.so}]
plugins_hostinfo: true
engine: {kind: kmod, replay: {capture_file: x}, kmod: {buf_size_preset: 4}}
capture: {enabled: false, path_prefix: /tmp}
file_output: {enabled: false, keep_alive: false, filename: ./events.txt}
http_output: {enabled: false, url: "", insecure: true}
program_output: {enabled: false, program: mail}
grpc: {enabled: false, threadiness: 4}
grpc_output: {enabled: off}
webserver: {enabled: false, ssl_enabled: true}
log_stderr: true
log_level: INFO
libs_logger: {enabled: true, severity: debug}
syscall_event_drops: {threshold: .1, actions: [log, alert], rate: .03333, max_burst: 1}
metrics: {enabled: false, interval: 1h, output_rule: true}
base_syscalls: {custom_set: [], repair: true}
)");
    for (const Diagnostic& found : notes) {
        UNSCOPED_INFO(found.item << ": " << found.message);
    }
    CHECK(notes.empty());
}

TEST_CASE("each setting without an equivalent is told when it asks for something") {
    for (const FalcoLoss& loss : falco_losses()) {
        const std::string path(loss.path);
        INFO(path);
        const std::string asks = yaml_of(path, "saker-test");
        const auto lines = static_cast<int>(2 + std::count(asks.begin(), asks.end(), '\n'));
        const auto column = 1 + 2 * std::count(path.begin(), path.end(), '.');
        const std::vector<Diagnostic> notes = notes_on(asks);
        const auto told = places(notes, kNoEquivalent);
        if (loss.neutral == "*") {
            CHECK(told.empty());
            continue;
        }
        CHECK(told ==
              std::vector{path + " at " + std::to_string(lines) + ":" + std::to_string(column)});
        for (const Diagnostic& found : notes) {
            CHECK((found.item != path || found.message == loss.why));
        }
        if (!loss.neutral.empty()) {
            const std::string_view first = loss.neutral.substr(0, loss.neutral.find('|'));
            const bool is_list = first.find(',') != std::string_view::npos;
            const std::string value = is_list ? "[" + std::string(first) + "]" : std::string(first);
            CHECK(places(notes_on(yaml_of(path, value)), kNoEquivalent).empty());
        }
    }
}

TEST_CASE("unknown settings, wrong values and half an output are told with their places") {
    struct Case {
        const char* text;
        const char* place;
        const char* says;
    };
    const auto each = GENERATE(values<Case>({
        {"tuna: 1\n", "tuna at 3:1", "knows no such setting"},
        {"tuna:\n", "tuna at 3:1", "knows no such setting"},
        {"webserver:\n  enabled: true\n  tuna: 1\n", "webserver.tuna at 5:3", "no such setting"},
        {"engine:\n  kind: kmod\n  kmod: {tuna: 1}\n", "engine.kmod.tuna at 5:10",
         "no such setting"},
        {"grpc_output:\n  enabled: true\n", "grpc_output at 3:1", "no gRPC server"},
        {"json_output: perhaps\n", "json_output at 3:14", "neither true nor false"},
        {"priority: hih\n", " at 3:11", "must be one of"},
        {"rules: [{disable: {tags: x}}]\n", " at 3:20", "no setting 'tags'"},
        {"webserver: {enabled: true, listen_port: 99999}\n", " at 3:41", "a port"},
        {"file_output:\n  enabled: true\n", "file_output.filename at 4:3", "not set"},
        {"http_output:\n  enabled: true\n  url: \"\"\n", "http_output.url at 4:3", "not set"},
        {"program_output: {enabled: true}\n", "program_output.program at 3:17", "not set"},
        {"plugins:\n  - {name: container, init_config: {a: 1}}\nload_plugins: [container]\n",
         "plugins[].init_config at 4:36", "`containers`"},
    }));
    INFO(each.text);
    const std::vector<Diagnostic> notes = notes_on(each.text);
    REQUIRE(places(notes, kNoEquivalent) == std::vector<std::string>{each.place});
    CHECK_THAT(notes.front().message, Catch::Contains(each.says));
    CHECK(notes.front().severity == Severity::warning);
    CHECK_FALSE(notes.front().line.empty());
}

TEST_CASE("what is kept but not quite the same is told") {
    CHECK(places(migrate_falco("", "falco.yaml").findings, kDiffers) ==
          std::vector<std::string>{"rules_files at 0:0", "stdout_output at 0:0"});
    CHECK(places(migrate_falco("rules_files: [/nowhere/a]\nstdout_output: {enabled: true}\n", "f")
                     .findings,
                 kDiffers) == std::vector<std::string>{"rules_files at 1:15"});
    CHECK(places(notes_on("outputs_queue: {capacity: 0}\n"), kDiffers) ==
          std::vector<std::string>{"outputs_queue.capacity at 3:27"});
    CHECK(places(notes_on("static_fields: {a: \"${X}\", b: \"$${X}\"}\n"), kDiffers) ==
          std::vector<std::string>{"static_fields.a at 3:20"});
    CHECK(places(notes_on("file_output: {enabled: true, filename: x}\n"), kDiffers) ==
          std::vector<std::string>{"file_output.keep_alive at 3:14"});
}

TEST_CASE("what is no falco.yaml is an error with its place") {
    struct Case {
        const char* text;
        const char* says;
    };
    const auto each = GENERATE(values<Case>({
        {"a: [\n", ":2:1: error: not YAML"},
        {"a: 1\na: 2\n", ":2:1: error: 'a' is set twice"},
        {"- a\n", ":1:1: error: a falco.yaml is a map"},
        {"just words\n", ":1:1: error: a falco.yaml is a map"},
    }));
    const Folder folder;
    const std::string file = folder.write("falco.yaml", each.text);
    const Finished said =
        support::run_program({SAKER_BINARY, "check", "--falco-config", file}, kPatience);
    CHECK(said.status == 1);
    CHECK(said.out.empty());
    CHECK_THAT(said.err, Catch::Contains(file + each.says));
    const Finished json =
        support::run_program({SAKER_BINARY, "check", "--json", "--falco-config", file}, kPatience);
    CHECK(json.status == 1);
    CHECK(nlohmann::json::parse(json.out)["ok"] == false);
    CHECK(nlohmann::json::parse(json.out)["saker_yaml"].is_null());
}

TEST_CASE("a falco.yaml that cannot be read is an error") {
    const Folder folder;
    const auto file = GENERATE("/nowhere/falco.yaml", "/tmp");
    const Finished said =
        support::run_program({SAKER_BINARY, "check", "--falco-config", file}, kPatience);
    CHECK(said.status == 1);
    CHECK_THAT(said.err, Catch::Contains(std::string(file) + ": error: cannot be read"));
    CHECK(support::run_program({SAKER_BINARY, "check", "--falco-config", file, "rules.yaml"},
                               kPatience)
              .status == 2);
}

TEST_CASE("a program that is not kept alive is started for each alert") {
    const Folder folder;
    const bool is_kept = GENERATE(true, false);
    const Migration migration =
        migrate_falco("program_output:\n  enabled: true\n  keep_alive: " +
                          std::string(is_kept ? "true" : "false") + "\n  program: wc -l >> " +
                          folder.path("counts") + " # of lines\n",
                      "falco.yaml");
    REQUIRE(migration.config.outputs.size() == 1);
    // As it is read back from the file that was made.
    const Reading reading = read_text(print_changes(migration.config), "saker.yaml");
    REQUIRE(reading.ok());
    auto child = support::Child::start(reading.config.outputs[0].command);
    REQUIRE(child);
    REQUIRE(child->say(R"({"rule": "one \n $HOME"})"));
    REQUIRE(child->say(R"({"rule": "two"})"));
    child->close_input();
    CHECK(child->wait(kPatience) == 0);
    std::ostringstream counts;
    counts << std::ifstream(folder.path("counts")).rdbuf();
    CHECK(counts.str() == (is_kept ? "2\n" : "1\n1\n"));
}
