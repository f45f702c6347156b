#include <fstream>

#include "outputs/http_answer.h"
#include "tests/outputs/scene.h"

using namespace saker;
using namespace saker::outputs;
using namespace saker::testing;
using nlohmann::json;

namespace {

config::OutputSetting http_setting(int port, const std::string& scheme = "http") {
    config::OutputSetting setting = config::OutputSetting::of_type("http");
    setting.url = scheme + "://localhost:" + std::to_string(port) + "/alerts?x=1";
    setting.timeout.value = std::chrono::seconds(2);
    return setting;
}

}  // namespace

TEST_CASE("an alert is one POST of one JSON object", "[http]") {
    HttpReceiver receiver;
    const Folder folder;
    std::ofstream(folder.path("token")) << "secret\n";
    config::OutputSetting setting = http_setting(receiver.port());
    setting.headers = {{"X-Team", "blue"}};
    setting.token_file = folder.path("token");
    const auto delivery = deliver_to(setting);
    offer(*delivery, 0, 2);
    for (const char* id : {"0", "1"}) {
        const json got = receiver.request();
        CHECK(got["path"] == "/alerts?x=1");
        CHECK(got["headers"]["Content-Type"] == "application/json");
        CHECK(got["headers"]["X-Team"] == "blue");
        CHECK(got["headers"]["Authorization"] == "Bearer secret");
        CHECK(json::parse(got["body"].get<std::string>())["id"] == id);
    }
    delivery->finish(kPatience);
    CHECK(delivery->counts().delivered == 2);
}

TEST_CASE("the time to a receiver ends when it has answered, not when it was asked", "[http]") {
    HttpReceiver receiver;
    receiver.behave("answer 503");
    const auto delivery = deliver_to(http_setting(receiver.port()));
    Alert alert = alert_of("0");
    alert.time = wall_clock();
    delivery->offer(alert);
    wait_until([&] { return delivery->counts().attempts_failed > 0; });
    CHECK(delivery->counts().latency.count() == 0);
    const uint64_t refused_for = wall_clock() - alert.time;
    receiver.behave("answer 200");
    delivery->finish(kPatience);
    CHECK(delivery->counts().delivered == 1);
    CHECK(delivery->counts().latency.count() == 1);
    CHECK(delivery->counts().latency.nanoseconds > refused_for);
    CHECK(delivery->counts().latency.nanoseconds <= wall_clock() - alert.time);
}

TEST_CASE("batches are lines or an array, compressed if asked for", "[http]") {
    HttpReceiver receiver;
    config::OutputSetting setting = http_setting(receiver.port());
    setting.batch = 50;
    setting.gzip = true;
    const bool is_array = GENERATE(true, false);
    setting.batch_form = is_array ? config::BatchForm::array : config::BatchForm::lines;
    receiver.behave("stall");
    const auto delivery = deliver_to(setting);
    offer(*delivery, 0, 100);
    receiver.behave("answer 200");
    size_t alerts = 0;
    bool has_many = false;
    while (alerts < 100) {
        const json got = receiver.request();
        const std::string body = got["body"];
        const size_t count = is_array ? json::parse(body).size()
                                      : 1 + std::count(body.begin(), body.end() - 1, '\n');
        CHECK(got["headers"]["Content-Encoding"] == "gzip");
        CHECK(got["headers"]["Content-Type"] ==
              (is_array || count == 1 ? "application/json" : "application/x-ndjson"));
        CHECK(count <= 50);
        has_many = has_many || count > 1;
        alerts += count;
    }
    CHECK(alerts == 100);
    CHECK(has_many);
}

TEST_CASE("a receiver that fails, stalls, hangs up and dies gets everything, in order", "[http]") {
    auto receiver = std::make_unique<HttpReceiver>();
    const int port = receiver->port();
    const Folder folder;
    config::OutputSetting setting = http_setting(port);
    setting.batch = 7;
    setting.timeout.value = std::chrono::seconds(1);
    const auto delivery = deliver_to(setting, folder.path("spool/http.db"));
    std::vector<std::string> got;
    // Counted over all rounds: a round may begin with repetitions of the one before.
    const auto collect = [&](int different) {
        while (without_repetitions(got).size() < static_cast<size_t>(different)) {
            const auto more = receiver->ids_until(1);
            got.insert(got.end(), more.begin(), more.end());
        }
    };
    offer(*delivery, 0, 20);
    collect(20);
    int next = 20;
    for (const char* how : {"answer 500", "answer 429 1", "answer 401", "hang_up", "stall"}) {
        receiver->behave(how);
        const uint64_t failures = delivery->counts().attempts_failed;
        offer(*delivery, next, 20);
        next += 20;
        wait_until([&] { return delivery->counts().attempts_failed > failures; });
        CHECK(delivery->counts().spooled >= 20);
        receiver->behave("answer 200");
        collect(next);
    }
    receiver->kill();
    offer(*delivery, next, 20);
    wait_until([&] { return delivery->counts().spooled >= 20; });
    receiver = std::make_unique<HttpReceiver>(std::vector<std::string>{}, port);
    collect(next + 20);
    delivery->finish(kPatience);
    CHECK(without_repetitions(got) == ids(0, next + 20));
    CHECK(delivery->counts().spooled == 0);
    CHECK(delivery->counts().dropped == 0);
}

TEST_CASE("the one alert of a batch that a receiver refuses is found and counted", "[http]") {
    HttpReceiver receiver;
    receiver.behave("stall");
    config::OutputSetting setting = http_setting(receiver.port());
    setting.batch = 10;
    const auto delivery = deliver_to(setting);
    offer(*delivery, 0, 3);
    Alert poison = alert_of("3");
    poison.message = "poison";
    delivery->offer(poison);
    offer(*delivery, 4, 3);
    receiver.behave("refuse poison");
    const std::vector<std::string> got = receiver.ids_until(6);
    CHECK(got == std::vector<std::string>{"0", "1", "2", "4", "5", "6"});
    delivery->finish(kPatience);
    CHECK(delivery->counts().failed == 1);
}

TEST_CASE("HTTPS: the receiver must be who it says, and may ask the same", "[http]") {
    const Folder folder;
    const Certificates certificates(folder);
    HttpReceiver receiver({certificates.server, certificates.server_key, certificates.authority});
    config::OutputSetting setting = http_setting(receiver.port(), "https");
    setting.ca_file = certificates.authority;
    setting.cert_file = certificates.client;
    setting.key_file = certificates.client_key;
    const auto complains = [&](const char* words) {
        const auto delivery = deliver_to(setting);
        offer(*delivery, 0, 1);
        wait_until([&] { return delivery->counts().attempts_failed > 0; });
        CHECK_THAT(delivery->take_error(), Catch::Contains(words));
        delivery->finish(std::chrono::milliseconds(0));
        CHECK(delivery->counts().delivered == 0);
    };
    SECTION("it is, and so are we") {
        const auto delivery = deliver_to(setting);
        offer(*delivery, 0, 1);
        CHECK(receiver.ids_until(1) == ids(0, 1));
    }
    SECTION("an authority we do not trust") {
        setting.ca_file = certificates.stranger;
        complains("certificate");
    }
    SECTION("another name than its certificate's") {
        setting.url = "https://127.0.0.2:" + std::to_string(receiver.port());
        setting.ca_file = certificates.authority;
        complains("127.0.0.2");
    }
    SECTION("we show nothing") {
        setting.cert_file.clear();
        setting.key_file.clear();
        complains("https://localhost");
    }
}

TEST_CASE("what cannot work is said before anything is sent", "[http]") {
    const auto error_of = [](auto change) {
        OutputOptions options;
        options.setting = http_setting(1);
        change(options.setting);
        const auto opened = open_output(*find_output("http"), options);
        return opened ? std::string() : opened.error().text();
    };
    CHECK(error_of([](auto&) {}).empty());
    CHECK_THAT(error_of([](auto& setting) { setting.url = "ftp://x"; }), Catch::Contains("no URL"));
    CHECK_THAT(error_of([](auto& setting) {
                   setting.headers = {{"x y", "z"}};
               }),
               Catch::Contains("no header"));
    CHECK_THAT(error_of([](auto& setting) { setting.token_file = "/nowhere"; }),
               Catch::Contains("/nowhere"));
    CHECK_THAT(error_of([](auto& setting) { setting.ca_file = "/nowhere"; }),
               Catch::Contains("/nowhere"));
}

TEST_CASE("Retry-After is heeded when it is a number, an hour at most", "[http]") {
    using std::chrono::seconds;
    CHECK(retry_after("7") == seconds(7));
    CHECK(retry_after("999999") == seconds(3600));
    CHECK(retry_after("Wed, 21 Oct 2026 07:28:00 GMT") == seconds(0));
    CHECK(retry_after("") == seconds(0));
    CHECK(retry_after("-1") == seconds(0));
    CHECK(verdict_of(204) == HttpVerdict::taken);
    CHECK(verdict_of(404) == HttpVerdict::later);
    CHECK(verdict_of(413) == HttpVerdict::refused);
    CHECK(verdict_of(400, "bad JSON") == HttpVerdict::refused);
    CHECK(verdict_of(400, "<title>400 No required SSL certificate was sent</title>") ==
          HttpVerdict::later);
    CHECK(verdict_of(302) == HttpVerdict::later);
}
