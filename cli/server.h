// Answers over HTTP: who watches the daemon on a port, who runs it on a socket only root reaches.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "cli/reloader.h"
#include "cli/status.h"
#include "config/config.h"

namespace saker::cli {

/// `/healthz`, `/readyz`, `/metrics`, `/versions`, each from a snapshot: nobody who asks holds up
/// the engine.
class Server {
  public:
    /// For anybody who reaches the port.
    static Result<std::unique_ptr<Server>> listen(const config::WebSetting& setting,
                                                  const StatusBoard& board);

    /// On a socket of its owner's; also `/activity` and `POST /reload`.
    static Result<std::unique_ptr<Server>> listen_at(const std::string& socket,
                                                     const StatusBoard& board, Reloader& reloader);

    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

  private:
    struct Http;
    explicit Server(std::unique_ptr<Http> http);

    std::unique_ptr<Http> http_;
};

/// The version, and the SHA-256 of each rule file that was loaded.
std::string versions_json(const std::map<std::string, std::string>& sums);

/// Asks the daemon behind a control socket; the answer's status, and its body.
struct Answer {
    int status = 0;
    std::string body;
};
Result<Answer> ask_daemon(const std::string& socket, const std::string& method,
                          const std::string& path,
                          std::chrono::seconds patience = std::chrono::seconds(120));

/// Asks whoever listens where a daemon with this setting would.
Result<Answer> ask_web(const config::WebSetting& setting, const std::string& path,
                       std::chrono::seconds patience);

}  // namespace saker::cli
