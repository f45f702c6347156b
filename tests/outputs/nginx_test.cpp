// nginx, as Debian packages it, in front of a receiver: TLS both ways, a token, compressed bodies.
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/outputs/scene.h"

using namespace saker;
using namespace saker::outputs;
using namespace saker::testing;
using nlohmann::json;

namespace {

constexpr const char* kToken = "a-token-of-the-test";

/// `%1` is the folder, `%2` the port. Every body stays in a file of its own, named in the log.
constexpr const char* kConfig = R"(
user root;
daemon off;
master_process off;
pid %1/nginx.pid;
error_log %1/error.log info;
events { worker_connections 64; }
http {
  client_body_temp_path %1/bodies;
  proxy_temp_path %1/proxy;
  fastcgi_temp_path %1/fastcgi;
  uwsgi_temp_path %1/uwsgi;
  scgi_temp_path %1/scgi;
  log_format report escape=json '{"status":$status,"path":"$request_uri","body":"$request_body_file",'
    '"encoding":"$http_content_encoding","type":"$content_type","client":"$ssl_client_s_dn",'
    '"verified":"$ssl_client_verify","protocol":"$ssl_protocol"}';
  map $http_authorization $is_known { default 0; "Bearer %3" 1; }
  server { listen unix:%1/taken; access_log off; location / { return 204; } }
  server {
    listen 127.0.0.1:%2 ssl;
    server_name localhost;
    ssl_certificate %1/server.pem;
    ssl_certificate_key %1/server.pem.key;
    ssl_client_certificate %1/authority.pem;
    ssl_verify_client on;
    ssl_protocols TLSv1.2 TLSv1.3;
    client_body_in_file_only on;
    access_log %1/access.log report;
    location /alerts {
      if ($is_known = 0) { return 401; }
      proxy_pass http://unix:%1/taken:/;
    }
  }
}
)";

std::string filled_in(std::string text, const std::vector<std::string>& values) {
    for (size_t i = 0; i < values.size(); ++i) {
        const std::string mark = "%" + std::to_string(i + 1);
        for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
            text.replace(at, mark.size(), values[i]);
        }
    }
    return text;
}

/// In the foreground, one process, everything it writes in the folder.
class Nginx {
  public:
    explicit Nginx(const Folder& folder)
        : folder_(folder.path("")), config_(folder.path("nginx.conf")), port_(free_port()) {
        folder_.pop_back();
        std::ofstream(config_) << filled_in(kConfig, {folder_, std::to_string(port_), kToken});
        start();
    }

    int port() const { return port_; }

    void start() {
        child_.reset();
        std::error_code ignored;
        std::filesystem::remove(folder_ + "/taken", ignored);  // of one that was killed
        auto started = support::Child::start(
            {"nginx", "-p", folder_, "-c", config_, "-e", folder_ + "/start"});
        REQUIRE(started);
        child_ = std::make_unique<support::Child>(std::move(*started));
    }

    void end(int signal_number) {
        child_->signal(signal_number);
        REQUIRE(child_->wait(kPatience));
    }

    /// What it logged of requests so far.
    std::vector<json> requests() const {
        std::vector<json> all;
        std::istringstream lines(text_of(folder_ + "/access.log"));
        for (std::string line; std::getline(lines, line) && !lines.eof();) {
            all.push_back(json::parse(line));
        }
        return all;
    }

    /// The ids in the bodies it took, in the order of its log, once there are so many of them.
    std::vector<std::string> ids_until(size_t different) const {
        std::vector<std::string> found;
        wait_until([&] {
            found.clear();
            for (const json& request : requests()) {
                if (request["status"] == 204) {
                    append_ids(request["body"], found);
                }
            }
            return without_repetitions(found).size() >= different;
        });
        return found;
    }

  private:
    static void append_ids(const std::string& path, std::vector<std::string>& into) {
        const support::Finished unpacked = support::run_program({"gzip", "-dc", path}, kPatience);
        INFO(path << ": " << unpacked.err);
        REQUIRE(unpacked.status == 0);
        std::istringstream lines(unpacked.out);
        for (std::string line; std::getline(lines, line);) {
            into.push_back(json::parse(line)["id"]);
        }
    }

    std::string folder_;
    std::string config_;
    int port_;
    std::unique_ptr<support::Child> child_;
};

struct Scene {
    Scene() {
        std::ofstream(folder.path("token")) << kToken << "\n";
        setting.url = "https://localhost:" + std::to_string(nginx.port()) + "/alerts";
        setting.ca_file = certificates.authority;
        setting.cert_file = certificates.client;
        setting.key_file = certificates.client_key;
        setting.token_file = folder.path("token");
        setting.timeout.value = std::chrono::seconds(2);
        setting.batch = 10;
        setting.gzip = true;
    }

    Folder folder;
    Certificates certificates{folder};
    Nginx nginx{folder};
    config::OutputSetting setting = config::OutputSetting::of_type("http");
};

}  // namespace

TEST_CASE("nginx takes compressed batches from whom it knows", "[nginx]") {
    Scene scene;
    const auto delivery = deliver_to(scene.setting);
    offer(*delivery, 0, 100);
    CHECK(scene.nginx.ids_until(100) == ids(0, 100));
    delivery->finish(kPatience);
    CHECK(delivery->counts().delivered == 100);
    for (const json& request : scene.nginx.requests()) {
        CHECK(request["path"] == "/alerts");
        CHECK(request["encoding"] == "gzip");
        CHECK(request["client"] == "CN=saker");
        CHECK(request["verified"] == "SUCCESS");
        CHECK(request["protocol"] == "TLSv1.3");
    }
}

TEST_CASE("nginx stopped, killed and back again has everything, in order", "[nginx]") {
    Scene scene;
    const auto delivery = deliver_to(scene.setting, scene.folder.path("spool/http.db"));
    offer(*delivery, 0, 50);
    scene.nginx.ids_until(50);
    int next = 50;
    for (const int how : {SIGQUIT, SIGTERM, SIGKILL}) {
        scene.nginx.end(how);
        const uint64_t failures = delivery->counts().attempts_failed;
        offer(*delivery, next, 50);
        next += 50;
        wait_until([&] { return delivery->counts().attempts_failed > failures; });
        CHECK(delivery->counts().spooled >= 50);
        scene.nginx.start();
        scene.nginx.ids_until(static_cast<size_t>(next));
    }
    delivery->finish(kPatience);
    CHECK(without_repetitions(scene.nginx.ids_until(static_cast<size_t>(next))) == ids(0, next));
    CHECK(delivery->counts().spooled == 0);
    CHECK(delivery->counts().dropped == 0);
    CHECK(delivery->counts().failed == 0);
}

TEST_CASE("alerts wait while nginx does not accept who sends them", "[nginx]") {
    Scene scene;
    scene.setting.batch = GENERATE(1, 10);
    const std::string token = scene.folder.path("token");
    std::string words = "answered 401";
    SECTION("another token, then the right one") {
        std::ofstream(token) << "old\n";
    }
    SECTION("no certificate") {
        scene.setting.cert_file.clear();
        scene.setting.key_file.clear();
        words = "answered 400";
    }
    SECTION("a certificate of an authority nginx does not know") {
        scene.setting.cert_file = scene.certificates.stranger;
        scene.setting.key_file = scene.certificates.stranger + ".key";
        words = "answered 400";
    }
    const std::string spool = scene.folder.path("spool/http.db");
    {
        const auto delivery = deliver_to(scene.setting, spool);
        offer(*delivery, 0, 20);
        wait_until([&] { return delivery->counts().attempts_failed >= 2; });
        CHECK_THAT(delivery->take_error(), Catch::Contains(words));
        CHECK(delivery->counts().failed == 0);
        CHECK(delivery->counts().spooled == 20);
        delivery->finish(std::chrono::milliseconds(0));
    }
    std::ofstream(token) << kToken << "\n";
    scene.setting.cert_file = scene.certificates.client;
    scene.setting.key_file = scene.certificates.client_key;
    const auto delivery = deliver_to(scene.setting, spool);
    CHECK(scene.nginx.ids_until(20) == ids(0, 20));
    delivery->finish(kPatience);
}
