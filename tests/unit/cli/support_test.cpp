// The bundle for a bug report: what is needed is in it, and not one secret. Unpacked by the real
// tar.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/child.h"
#include "tests/support/folder.h"

using nlohmann::json;
using saker::support::Finished;
using saker::support::Folder;
using saker::support::Milliseconds;
using saker::support::run_program;

namespace {

constexpr Milliseconds kPatience{120000};

/// Sets a variable of the environment for as long as it lives.
class Variable {
  public:
    Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
    ~Variable() { ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    const char* name_;
};

Finished support_says(const std::string& config, const std::string& bundle) {
    return run_program({SAKER_BINARY, "support", "-c", config, "-o", bundle}, kPatience);
}

/// The bundle's files by name, and tar's list of them with modes.
std::map<std::string, std::string> unpacked(const Folder& folder, const std::string& bundle) {
    std::filesystem::create_directories(folder.path("out"));
    const Finished tar = run_program({"tar", "-xzf", bundle, "-C", folder.path("out")}, kPatience);
    INFO(tar.err);
    REQUIRE(tar.status == 0);
    std::map<std::string, std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(folder.path("out/saker-support"))) {
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        files[entry.path().filename()] = text.str();
        CHECK((entry.status().permissions() & std::filesystem::perms(0077)) ==
              std::filesystem::perms::none);
    }
    return files;
}

/// Wherever a secret can stand there is one that begins so.
constexpr const char* kMark = "HUSH";

std::string config_with_secrets(const Folder& folder) {
    folder.write("saker.d/10.yaml", "tokn: HUSHmistyped\npriority: HUSHurgent\n");
    return folder.write("saker.yaml",
                        "rules_files: [" + folder.path("rules.yaml") + R"(]
hostname: box
redact_names: [hidden]
labels:
  site: here
  api_token: HUSHlabel
  from_environment: "${SAKER_TEST_PLAIN}"
  and_default: "${SAKER_TEST_NONE:-HUSHdefault}"
  number: "${SAKER_TEST_NUMBER}"
canary_seconds: ${SAKER_TEST_SECONDS}
append_output:
  - extra_output: "password=HUSHappended"
    extra_fields: [{note: "--hidden=HUSHnamed"}]
outputs:
  - type: http
    url: https://user:HUSHuser@siem.example:8443/hooks/HUSHpath?key=HUSHquery
    headers: {Authorization: Bearer HUSHheader, X-Plain: HUSHplain}
    token_file: )" + folder.write("token", "HUSHtoken\n") +
                            "\n    key_file: " + folder.write("key", "-----BEGIN\nHUSHkey\n") + R"(
  - type: kafka
    brokers: broker.example:9092
    topic: alerts
    properties: {sasl.password: HUSHkafka}
  - {type: program, command: [/usr/bin/notify, --token=HUSHargument, HUSHword]}
  - {type: file, path: "/var/log/${SAKER_TEST_PLAIN}/alerts", name: HUSHvariable}
)");
}

}  // namespace

TEST_CASE("a support bundle has what a bug report needs, and no secret") {
    const Folder folder;
    const Variable plain("SAKER_TEST_PLAIN", "HUSHexpanded");
    const Variable number("SAKER_TEST_NUMBER", "123456789");
    const Variable seconds("SAKER_TEST_SECONDS", "7");
    const Variable password("SAKER_TEST_PASSWORD", "HUSHvariable");
    folder.write("rules.yaml", "- list: a\n  items: [HUSHrule]\n");
    const std::string bundle = folder.path("bundle.tar.gz");
    const Finished said = support_says(config_with_secrets(folder), bundle);
    INFO(said.err);
    CHECK(said.status == 0);
    CHECK_THAT(said.out, Catch::Contains(bundle) && Catch::Contains("doctor.json"));
    struct stat facts {};
    REQUIRE(::stat(bundle.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);

    const auto files = unpacked(folder, bundle);
    for (const auto& [name, text] : files) {
        INFO(name << ":\n" << text);
        CHECK(text.find(kMark) == std::string::npos);
        CHECK(text.find("123456789") == std::string::npos);
        CHECK_FALSE(text.empty());
    }
    const std::string& settings = files.at("settings.yaml");
    INFO(settings);
    for (const char* shown :
         {"hostname: box", "site: here", "url: \"https://siem.example:8443/(removed)\"",
          "headers: {Authorization: \"(removed)\", X-Plain: \"(removed)\"}",
          "properties: {sasl.password: \"(removed)\"}", "brokers: broker.example:9092",
          "command: [\"/usr/bin/notify\", \"(removed)\"]", "canary_seconds: 7",
          "from_environment: \"(from the environment)\"", "api_token: \"(removed)\"",
          "bulk_ring_megabytes: 16"}) {
        CHECK_THAT(settings, Catch::Contains(shown));
    }
    const json versions = json::parse(files.at("versions.json"));
    CHECK(versions["version"] == SAKER_VERSION);
    CHECK(versions["rules_sha256"][folder.path("rules.yaml")].get<std::string>().size() == 64);
    const json system = json::parse(files.at("system.json"));
    CHECK_FALSE(system["kernel"]["release"].get<std::string>().empty());
    CHECK_FALSE(system["distribution"]["ID"].get<std::string>().empty());
    CHECK(json::parse(files.at("doctor.json")).contains("kernel"));
    const json findings = json::parse(files.at("findings.json"));
    CHECK(findings[0]["code"] == "CONFIG_UNKNOWN_SETTING");
    CHECK(findings[0]["line"] == 1);
    CHECK_THAT(files.at("metrics.txt"), Catch::Contains("not asked"));
    CHECK(files.count("README.txt") == 1);
}

TEST_CASE("a support bundle replaces nothing and follows no link") {
    const Folder folder;
    const std::string config = folder.write("saker.yaml", "");
    const std::string there = folder.write("there", "precious");
    std::filesystem::create_symlink(folder.path("elsewhere"), folder.path("link"));
    for (const std::string& path : {there, folder.path("link"), folder.path("no/where")}) {
        const Finished said = support_says(config, path);
        CHECK(said.status == 5);
        CHECK_THAT(said.err, Catch::Contains(path));
    }
    CHECK(std::filesystem::file_size(there) == 8);
    CHECK_FALSE(std::filesystem::exists(folder.path("elsewhere")));
}
