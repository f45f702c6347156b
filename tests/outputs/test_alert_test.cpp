// `saker alert --test`: the built binary against receivers of the test's own.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>

#include "engine/base/fd.h"
#include "outputs/spool.h"
#include "tests/outputs/scene.h"
#include "tests/support/live.h"

using namespace saker;
using namespace saker::outputs;
using namespace saker::testing;
using nlohmann::json;

namespace {

support::Finished send_test(const std::string& config, std::vector<std::string> more = {}) {
    std::vector<std::string> words{support::saker_binary(), "alert", "--test", "-c", config};
    words.insert(words.end(), more.begin(), more.end());
    return support::run_program(words, kPatience);
}

std::string write(const Folder& folder, const std::string& text) {
    std::ofstream(folder.path("saker.yaml")) << text;
    return folder.path("saker.yaml");
}

std::string http_output(const HttpReceiver& receiver) {
    return "  - {type: http, url: \"http://localhost:" + std::to_string(receiver.port()) +
           "/alerts\"}\n";
}

/// A local socket where datagrams of syslog arrive.
class LogSocket {
  public:
    explicit LogSocket(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
        REQUIRE(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
        timeval patience{60, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    }
    std::string next() const {
        std::array<char, 65536> bytes{};
        const ssize_t size = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
        return {bytes.data(), size > 0 ? static_cast<size_t>(size) : 0};
    }

  private:
    const Fd fd_;
};

}  // namespace

TEST_CASE("a test alert reaches every kind of place, in each one's format", "[test_alert]") {
    const Folder folder;
    HttpReceiver receiver;
    const LogSocket log(folder.path("log"));
    const std::vector<std::string> formats{"text", "json", "ecs", "ocsf", "cef", "otlp"};
    std::string config =
        "hostname: box\nlabels: {site: here}\nstate_directory: " + folder.path("state") +
        "\noutputs:\n  - {type: stdout, format: cef}\n";
    for (const std::string& format : formats) {
        config += "  - {type: file, name: " + format + ", format: " + format +
                  ", path: " + folder.path(format) + "}\n";
    }
    config += http_output(receiver) + "  - {type: syslog, address: unix:" + folder.path("log") +
              "}\n  - {type: program, command: [sh, -c, 'cat > " + folder.path("program") + "']}\n";
    const auto said = send_test(write(folder, config), {"--json", "--priority", "critical"});
    INFO(said.out << said.err);
    CHECK(said.status == 0);
    const json report = json::parse(said.out);
    const std::string id = report["id"];
    CHECK(report["ok"] == true);
    CHECK(report["outputs"].size() == formats.size() + 4);
    for (const json& output : report["outputs"]) {
        CHECK(output["ok"] == true);
        CHECK(output["error"].is_null());
        CHECK(output["kept_back_by_filter"] == false);
    }
    CHECK(text_of(folder.path("text")).find(": Critical This is a test") != std::string::npos);
    for (const char* format : {"json", "ecs", "ocsf", "cef", "otlp", "program"}) {
        INFO(format);
        CHECK(text_of(folder.path(format)).find(id) != std::string::npos);
    }
    const json body = json::parse(receiver.request()["body"].get<std::string>());
    CHECK(body["id"] == id);
    CHECK(body["source"] == "internal");
    CHECK(body["rule"] == "Saker internal: test alert");
    CHECK(body["hostname"] == "box");
    CHECK(body["tags"] == json{"saker", "test"});
    CHECK(body["output_fields"]["saker.test"] == true);
    CHECK(body["output_fields"]["site"] == "here");
    CHECK(log.next().find("This is a test") != std::string::npos);
    // Standard output is the report's; what the output `stdout` writes went to standard error.
    CHECK(said.err.find("CEF:0|") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.path("state")));
}

TEST_CASE("who does not take a test alert is named, and why", "[test_alert]") {
    const Folder folder;
    HttpReceiver refuses;
    HttpReceiver stalls;
    refuses.behave("answer 400");
    stalls.behave("stall");
    const std::string config =
        write(folder, "outputs:\n" + http_output(refuses) + http_output(stalls) +
                          "  - {type: http, name: away, url: \"http://localhost:1/\"}\n"
                          "  - {type: file, name: nowhere, path: /proc/nowhere/alerts}\n"
                          "  - {type: file, path: " +
                          folder.path("alerts") + "}\n");
    // Two remote outputs of a type need names.
    CHECK(send_test(config).status == 1);
    const auto said = send_test(config, {"--json", "--timeout", "2", "-o", "outputs[1].name=slow"});
    INFO(said.out << said.err);
    CHECK(said.status == 5);
    const json report = json::parse(said.out);
    CHECK(report["ok"] == false);
    const std::array<const char*, 4> reasons{"answered 400", "within 2 seconds", "connect",
                                             "/proc/nowhere/alerts"};
    for (size_t at = 0; at < reasons.size(); ++at) {
        const json& output = report["outputs"][at];
        INFO(output.dump());
        CHECK(output["ok"] == false);
        CHECK(output["error"].get<std::string>().find(reasons[at]) != std::string::npos);
    }
    CHECK(report["outputs"][4]["ok"] == true);
    const auto text = send_test(config, {"--timeout", "1", "-o", "outputs[1].name=slow"});
    CHECK(text.status == 5);
    CHECK(text.out.find("away (http)              error: ") != std::string::npos);
    CHECK(text.out.find("file                     ok\n") != std::string::npos);
}

TEST_CASE("a test alert passes filters and says which of them would not let it", "[test_alert]") {
    const Folder folder;
    const std::string config =
        write(folder, "outputs:\n  - {type: file, name: urgent, priority: critical, path: " +
                          folder.path("urgent") +
                          "}\n  - {type: file, name: some, rules: [other], "
                          "tags: [none], path: " +
                          folder.path("some") + "}\n");
    const auto said = send_test(config, {"--json"});
    INFO(said.err);
    CHECK(said.status == 0);
    const json report = json::parse(said.out);
    CHECK(report["outputs"][0]["kept_back_by_filter"] == true);
    // As every alert of Saker about itself it need not be of the rules and tags asked for.
    CHECK(report["outputs"][1]["kept_back_by_filter"] == false);
    CHECK_FALSE(text_of(folder.path("urgent")).empty());
    CHECK_FALSE(text_of(folder.path("some")).empty());
    const auto urgent = send_test(config, {"--json", "--priority", "Alert"});
    CHECK(json::parse(urgent.out)["outputs"][0]["kept_back_by_filter"] == false);
    CHECK(send_test(config).out.find("sent past its filter, which keeps Notice back") !=
          std::string::npos);
}

TEST_CASE("a test alert leaves a running daemon's spool and files alone", "[test_alert]") {
    const Folder folder;
    HttpReceiver receiver;
    const std::string config =
        write(folder, "state_directory: " + folder.path("state") +
                          "\noutputs:\n  - {type: file, rotate_size: 1KiB, path: " +
                          folder.path("alerts") + "}\n" + http_output(receiver));
    std::ofstream(folder.path("alerts")) << std::string(4096, '-') << '\n';
    std::filesystem::create_directories(folder.path("state/spool"));
    // As the daemon holds it: locked, and something waits in it.
    const auto spool = Spool::open({folder.path("state/spool/http.db")});
    REQUIRE(spool);
    Parcel parcel;
    parcel.id = "waits";
    parcel.body = "{}\n";
    REQUIRE((*spool)->add({&parcel, 1}));
    const auto said = send_test(config, {"--json"});
    INFO(said.out << said.err);
    CHECK(said.status == 0);
    const json body = json::parse(receiver.request()["body"].get<std::string>());
    CHECK(body["id"] == json::parse(said.out)["id"]);
    CHECK((*spool)->counts().waiting == 1);
    CHECK_FALSE(std::filesystem::exists(folder.path("alerts.1")));
    CHECK(text_of(folder.path("alerts")).find("This is a test") != std::string::npos);
}

TEST_CASE("a test alert writes nothing the daemon may not", "[test_alert]") {
    if (::geteuid() != 0) {
        WARN("only root can own less than it may write");
        return;
    }
    const Folder folder;
    const std::string theirs = folder.path("theirs");
    REQUIRE(::mkdir(theirs.c_str(), 0755) == 0);
    REQUIRE(::chown(theirs.c_str(), 65534, 65534) == 0);
    const std::string config =
        write(folder, "outputs:\n  - {type: file, path: " + theirs + "/alerts}\n");
    const auto said = send_test(config);
    INFO(said.out << said.err);
    CHECK(said.status == 5);
    CHECK(said.out.find("Permission denied") != std::string::npos);
    CHECK(send_test(config, {"-o", "sandbox=false"}).status == 0);
}

TEST_CASE("a wrong configuration, no outputs and no --test are said", "[test_alert]") {
    const Folder folder;
    const std::string config = write(folder, "outputs: []\n");
    CHECK(send_test(config).status == 5);
    CHECK(send_test(config).err.find("no outputs") != std::string::npos);
    const auto wrong = send_test(config, {"-o", "outputs[]={type: pigeon}"});
    CHECK(wrong.status == 1);
    CHECK(wrong.err.find("no output of type 'pigeon'") != std::string::npos);
    const std::string saker = support::saker_binary();
    CHECK(support::run_program({saker, "alert"}, kPatience).status == 2);
    CHECK(send_test(config, {"--priority", "huge"}).status == 2);
}
