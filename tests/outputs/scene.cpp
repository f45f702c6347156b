#include "tests/outputs/scene.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>

#include "engine/base/fd.h"

namespace saker::testing {
namespace {

void openssl(std::vector<std::string> words) {
    words.insert(words.begin(), "openssl");
    const support::Finished done = support::run_program(words, kPatience);
    INFO(done.err);
    REQUIRE(done.status == 0);
}

void make_authority(const std::string& path, const std::string& name) {
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-days", "2", "-subj", "/CN=" + name, "-keyout", path + ".key", "-out", path});
}

/// A certificate for a name, signed by the authority.
void make_certificate(const std::string& path, const std::string& authority,
                      const std::string& name) {
    openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
             "/CN=" + name, "-addext", "subjectAltName=DNS:" + name + ",IP:127.0.0.1", "-keyout",
             path + ".key", "-out", path + ".request"});
    openssl({"x509", "-req", "-in", path + ".request", "-CA", authority, "-CAkey",
             authority + ".key", "-days", "2", "-copy_extensions", "copy", "-out", path});
}

bool is_free(int port) {
    const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    constexpr int kYes = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &kYes, sizeof kYes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

support::Child start_receiver(std::vector<std::string> words, int port) {
    words.insert(words.begin(), {SAKER_SOURCE_DIR "/tests/outputs/receiver", std::to_string(port)});
    auto child = support::Child::start(words);
    REQUIRE(child);
    return std::move(*child);
}

}  // namespace

Certificates::Certificates(const Folder& folder)
    : authority(folder.path("authority.pem")),
      server(folder.path("server.pem")),
      server_key(server + ".key"),
      client(folder.path("client.pem")),
      client_key(client + ".key"),
      stranger(folder.path("stranger.pem")) {
    make_authority(authority, "test authority");
    make_authority(stranger, "another authority");
    make_certificate(server, authority, "localhost");
    make_certificate(client, authority, "saker");
}

HttpReceiver::HttpReceiver(std::vector<std::string> words, int port)
    : child_(start_receiver(std::move(words), port)) {
    const auto line = child_.out().next(kPatience);
    REQUIRE(line);
    REQUIRE(std::sscanf(line->c_str(), "listening %d", &port_) == 1);
}

nlohmann::json HttpReceiver::next_line() {
    const auto line = child_.out().next(kPatience);
    REQUIRE(line);
    return nlohmann::json::parse(*line);
}

void HttpReceiver::behave(const std::string& how) {
    REQUIRE(child_.say(how));
    nlohmann::json line = next_line();
    while (!line.contains("now")) {
        kept_.push_back(std::move(line));
        line = next_line();
    }
}

nlohmann::json HttpReceiver::request() {
    if (kept_.empty()) {
        return next_line();
    }
    nlohmann::json first = kept_.front();
    kept_.erase(kept_.begin());
    return first;
}

std::vector<std::string> HttpReceiver::ids_until(size_t different) {
    std::vector<std::string> all;
    std::set<std::string> seen;
    while (seen.size() < different) {
        const nlohmann::json got = request();
        if (got["status"] != 200) {
            continue;
        }
        std::istringstream lines(got["body"].get<std::string>());
        for (std::string line; std::getline(lines, line);) {
            all.push_back(nlohmann::json::parse(line)["id"]);
            seen.insert(all.back());
        }
    }
    return all;
}

void HttpReceiver::kill() {
    child_.signal(SIGKILL);
    child_.wait(kPatience);
}

int free_port() {
    static int next = 20'000 + ::getpid() % 12'000;
    while (!is_free(next)) {
        ++next;
    }
    return next++;
}

std::unique_ptr<outputs::Delivery> deliver_to(config::OutputSetting setting,
                                              const std::string& spool_path) {
    const outputs::OutputRow* row = outputs::find_output(setting.type);
    REQUIRE(row != nullptr);
    if (setting.format == config::Format::usual) {
        setting.format = row->usual_format;
    }
    outputs::OutputOptions options;
    options.format = outputs::formatter_of(setting.format);
    options.setting = setting;
    options.spool_path = spool_path;
    auto opened = outputs::open_output(*row, options);
    if (!opened) {
        FAIL(opened.error().text());
    }
    return std::make_unique<outputs::Delivery>(setting.type, std::move(*opened), 100'000);
}

void offer(outputs::Delivery& delivery, int from, int count) {
    for (int i = from; i < from + count; ++i) {
        delivery.offer(alert_of(std::to_string(i)));
    }
}

std::vector<std::string> ids(int from, int count) {
    std::vector<std::string> all;
    for (int i = from; i < from + count; ++i) {
        all.push_back(std::to_string(i));
    }
    return all;
}

std::vector<std::string> without_repetitions(const std::vector<std::string>& all) {
    std::vector<std::string> first;
    std::set<std::string> seen;
    for (const std::string& one : all) {
        if (seen.insert(one).second) {
            first.push_back(one);
        }
    }
    return first;
}

}  // namespace saker::testing
