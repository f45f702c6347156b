#include "cli/server.h"

#include <httplib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

namespace saker::cli {
namespace {

constexpr size_t kThreads = 2;
constexpr int kSocketPort = 80;  // the library wants one, sockets have none
constexpr std::chrono::seconds kReloadPatience{120};
constexpr const char* kJson = "application/json";

void answer_health(const StatusBoard& board, httplib::Server& server) {
    server.Get("/healthz", [&board](const httplib::Request&, httplib::Response& answer) {
        const Health health = board.health();
        answer.status = health.is_well() ? 200 : 503;
        answer.set_content(health_json(health), kJson);
    });
    server.Get("/readyz", [&board](const httplib::Request&, httplib::Response& answer) {
        const Health health = board.health();
        answer.status = health.is_ready && health.is_well() ? 200 : 503;
        answer.set_content(health_json(health), kJson);
    });
    server.Get("/metrics", [&board](const httplib::Request&, httplib::Response& answer) {
        answer.set_content(metrics_text(board.read(), board.health(), own_resources()),
                           "text/plain; version=0.0.4; charset=utf-8");
    });
    server.Get("/versions", [&board](const httplib::Request&, httplib::Response& answer) {
        answer.set_content(versions_json(board.read().sums), kJson);
    });
}

/// Names of processes are in it: not for the web.
void answer_activity(const StatusBoard& board, httplib::Server& server) {
    server.Get("/activity", [&board](const httplib::Request&, httplib::Response& answer) {
        answer.set_content(activity_json(board.read(), board.health(), own_resources()), kJson);
    });
}

void answer_reload(Reloader& reloader, httplib::Server& server) {
    server.Post("/reload", [&reloader](const httplib::Request&, httplib::Response& answer) {
        std::future<ReloadOutcome> pending = reloader.request("saker reload");
        if (pending.wait_for(kReloadPatience) != std::future_status::ready) {
            answer.status = 504;
            return;
        }
        try {
            const ReloadOutcome outcome = pending.get();
            answer.status = outcome.done ? 200 : 422;
            answer.set_content(outcome.words, "text/plain; charset=utf-8");
        } catch (const std::future_error&) {
            answer.status = 503;  // the daemon ends
        }
    });
}

}  // namespace

struct Server::Http {
    httplib::Server server;
    std::thread thread;
    std::string socket;

    Http() {
        server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
        server.set_keep_alive_max_count(1);  // a reader that stays must not take a thread
        server.set_read_timeout(std::chrono::seconds(5));
        server.set_write_timeout(std::chrono::seconds(5));
        server.set_payload_max_length(1 << 16);
    }

    void start() {
        thread = std::thread([this] { server.listen_after_bind(); });
        while (!server.is_running()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
};

Server::Server(std::unique_ptr<Http> http) : http_(std::move(http)) {}

Server::~Server() {
    http_->server.stop();
    http_->thread.join();
    if (!http_->socket.empty()) {
        ::unlink(http_->socket.c_str());
    }
}

Result<std::unique_ptr<Server>> Server::listen(const config::WebSetting& setting,
                                               const StatusBoard& board) {
    auto http = std::make_unique<Http>();
    answer_health(board, http->server);
    if (!http->server.bind_to_port(setting.address.c_str(), setting.port.number)) {
        return Error{
            "nothing can listen at " + setting.address + ":" + std::to_string(setting.port.number),
            "is the port taken? `web.port` names another"};
    }
    http->start();
    return std::unique_ptr<Server>(new Server(std::move(http)));
}

Result<std::unique_ptr<Server>> Server::listen_at(const std::string& socket,
                                                  const StatusBoard& board, Reloader& reloader) {
    auto http = std::make_unique<Http>();
    answer_health(board, http->server);
    answer_activity(board, http->server);
    answer_reload(reloader, http->server);
    ::unlink(socket.c_str());  // of a daemon that ended badly: the lock is ours
    const mode_t before = ::umask(0077);
    const bool bound =
        http->server.set_address_family(AF_UNIX).bind_to_port(socket.c_str(), kSocketPort);
    ::umask(before);
    if (!bound) {
        return Error{"cannot listen at " + socket};
    }
    http->socket = socket;
    http->start();
    return std::unique_ptr<Server>(new Server(std::move(http)));
}

std::string versions_json(const std::map<std::string, std::string>& sums) {
    const nlohmann::ordered_json all{{"version", SAKER_VERSION}, {"rules_sha256", sums}};
    return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<Answer> ask_daemon(const std::string& socket, const std::string& method,
                          const std::string& path, std::chrono::seconds patience) {
    httplib::Client client(socket);
    client.set_address_family(AF_UNIX);
    client.set_read_timeout(patience);
    const httplib::Result got = method == "POST" ? client.Post(path.c_str()) : client.Get(path);
    if (!got) {
        return Error{"no saker answers at " + socket,
                     "does it run, with this `state_directory`, and may you reach it?"};
    }
    return Answer{got->status, got->body};
}

Result<Answer> ask_web(const config::WebSetting& setting, const std::string& path,
                       std::chrono::seconds patience) {
    httplib::Client client(setting.address, setting.port.number);
    client.set_connection_timeout(patience);
    client.set_read_timeout(patience);
    const httplib::Result got = client.Get(path);
    if (!got) {
        return Error{"no saker answers at " + setting.address + ":" +
                     std::to_string(setting.port.number)};
    }
    return Answer{got->status, got->body};
}

}  // namespace saker::cli
