// rsyslog, as Debian packages it, on sockets of the test's own.
#include "engine/base/fd.h"
#include "outputs/address.h"
#include "outputs/syslog_message.h"
#include "tests/outputs/rsyslog.h"
#include "tests/outputs/scene.h"

using namespace saker;
using namespace saker::outputs;
using namespace saker::testing;

namespace {

config::OutputSetting syslog_setting(const std::string& address) {
    config::OutputSetting setting = config::OutputSetting::of_type("syslog");
    setting.address = address;
    return setting;
}

/// We know the receiver, and show it who we are.
void prove_both(config::OutputSetting& setting, const Certificates& certificates) {
    setting.ca_file = certificates.authority;
    setting.cert_file = certificates.client;
    setting.key_file = certificates.client_key;
}

/// With these settings rsyslog asks for a certificate, too.
std::string tls_input(const Certificates& certificates, int port) {
    return "global(defaultNetstreamDriverCAFile=\"" + certificates.authority +
           "\" defaultNetstreamDriverCertFile=\"" + certificates.server +
           "\" defaultNetstreamDriverKeyFile=\"" + certificates.server_key +
           "\")\nmodule(load=\"imtcp\" streamDriver.name=\"gtls\" streamDriver.mode=\"1\""
           " streamDriver.authMode=\"x509/certvalid\")\ninput(type=\"imtcp\" address=\"127.0.0.1\""
           " port=\"" +
           std::to_string(port) + "\")\n";
}

}  // namespace

TEST_CASE("rsyslog takes alerts over a unix socket", "[syslog]") {
    const Folder folder;
    const std::string path = folder.path("log");
    Rsyslog rsyslog(folder,
                    "module(load=\"imuxsock\" sysSock.use=\"off\")\ninput(type=\"imuxsock\""
                    " socket=\"" +
                        path +
                        "\" useSpecialParser=\"off\""
                        " parseHostname=\"on\" rateLimit.interval=\"0\")\n");
    const auto delivery = deliver_to(syslog_setting("unix:" + path));
    offer(*delivery, 0, 20);
    CHECK(rsyslog.ids_until(20) == ids(0, 20));
    CHECK_THAT(rsyslog.lines()[0],
               Catch::StartsWith("85|node-1|saker|[saker@32473 id=\"0\" rule=\"A rule\" "
                                 "source=\"syscall\"]|") &&
                   Catch::EndsWith("Notice something happened: 0"));
}

TEST_CASE("rsyslog takes alerts over UDP", "[syslog]") {
    const Folder folder;
    const int port = free_port();
    Rsyslog rsyslog(folder,
                    "module(load=\"imudp\")\ninput(type=\"imudp\" address=\"127.0.0.1\""
                    " port=\"" +
                        std::to_string(port) + "\")\n");
    // Nothing tells when it listens: the first alerts knock until one is heard.
    const auto delivery = deliver_to(syslog_setting("udp:127.0.0.1:" + std::to_string(port)));
    int knocks = 0;
    wait_until([&] {
        offer(*delivery, 1000 + knocks++, 1);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return !rsyslog.lines().empty();
    });
    Alert large = alert_of("7");
    large.message += std::string(64'000, 'x');
    delivery->offer(large);
    wait_until([&] { return rsyslog.lines().back().size() > 64'000; });
}

TEST_CASE("rsyslog takes alerts over TCP, hostile ones too, each as one message", "[syslog]") {
    const Folder folder;
    const int port = free_port();
    Rsyslog rsyslog(folder, tcp_input(port));
    const auto delivery = deliver_to(syslog_setting("tcp:localhost:" + std::to_string(port)));
    offer(*delivery, 0, 300);
    int next = 300;
    for (const std::string& text :
         {std::string("a\n<13>1 - - forged - - - x"), std::string("\"]\\ [x@1 y=\"z\"]"),
          std::string("\xff\0\x1b", 3), std::string(65'536, 'x')}) {
        Alert alert = alert_of(std::to_string(next++), text.substr(0, 100));
        alert.message = text;
        delivery->offer(alert);
    }
    CHECK(without_repetitions(rsyslog.ids_until(304)) == ids(0, 304));
    for (const std::string& line : rsyslog.lines()) {
        CHECK_THAT(line, Catch::StartsWith("85|node-1|saker|[saker@32473 id="));
    }
}

TEST_CASE("rsyslog that is killed under load and comes back has every alert", "[syslog]") {
    const Folder folder;
    const int port = free_port();
    const bool with_tls = GENERATE(false, true);
    const Certificates certificates(folder);
    Rsyslog rsyslog(folder, with_tls ? tls_input(certificates, port) : tcp_input(port));
    config::OutputSetting setting =
        syslog_setting((with_tls ? "tls:localhost:" : "tcp:localhost:") + std::to_string(port));
    if (with_tls) {
        prove_both(setting, certificates);
    }
    const auto delivery = deliver_to(setting, folder.path("spool/syslog.db"));
    offer(*delivery, 0, 500);
    static_cast<void>(rsyslog.ids_until(10));
    rsyslog.kill();
    offer(*delivery, 500, 500);
    wait_until([&] { return delivery->counts().attempts_failed > 0; });
    rsyslog.start();
    CHECK(without_repetitions(rsyslog.ids_until(1000)).size() == 1000);
    delivery->finish(kPatience);
    CHECK(delivery->counts().delivered == 1000);
}

TEST_CASE("what a TLS receiver says while we wait for it breaks nothing", "[syslog]") {
    const Folder folder;
    const Certificates certificates(folder);
    auto talker = support::Child::start(
        {SAKER_SOURCE_DIR "/tests/outputs/talker", certificates.server, certificates.server_key});
    REQUIRE(talker);
    const auto line = talker->out().next(kPatience);
    int port = 0;
    REQUIRE(line);
    REQUIRE(std::sscanf(line->c_str(), "listening %d", &port) == 1);
    config::OutputSetting setting = syslog_setting("tls:localhost:" + std::to_string(port));
    prove_both(setting, certificates);
    const auto delivery = deliver_to(setting);
    offer(*delivery, 0, 200);
    wait_until([&] { return delivery->counts().delivered == 200; });
    INFO(delivery->take_error());
    CHECK(delivery->counts().attempts_failed == 0);
}

TEST_CASE("TLS receivers must be who they say", "[syslog]") {
    const Folder folder;
    const Certificates certificates(folder);
    const int port = free_port();
    Rsyslog rsyslog(folder, tls_input(certificates, port));
    {
        config::OutputSetting right = syslog_setting("tls:127.0.0.1:" + std::to_string(port));
        prove_both(right, certificates);
        const auto delivery = deliver_to(right);
        offer(*delivery, 0, 1);
        CHECK(rsyslog.ids_until(1) == ids(0, 1));
    }
    config::OutputSetting wrong = syslog_setting("tls:localhost:" + std::to_string(port));
    prove_both(wrong, certificates);
    SECTION("another authority") {
        wrong.ca_file = certificates.stranger;
    }
    SECTION("we show nothing") {
        wrong.cert_file.clear();
    }
    SECTION("another name") {
        wrong.address = "tls:127.0.0.2:" + std::to_string(port);
    }
    const auto delivery = deliver_to(wrong);
    offer(*delivery, 1, 1);
    wait_until([&] { return delivery->counts().attempts_failed > 0; });
    delivery->finish(std::chrono::milliseconds(0));
    CHECK(rsyslog.ids_until(1) == ids(0, 1));
}

TEST_CASE("addresses", "[syslog]") {
    CHECK(parse_address("udp:[::1]:514")->host == "::1");
    CHECK(parse_address("tcp:siem.example:601")->port == "601");
    CHECK(parse_address("unix:/dev/log")->host == "/dev/log");
    for (const char* wrong :
         {"", "tcp:", "tcp:host", "tcp::514", "tcp:host:", "unix:", "http://x"}) {
        INFO(wrong);
        CHECK_FALSE(parse_address(wrong));
    }
}
