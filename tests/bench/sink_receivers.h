// What alerts are sent to while they are measured: each notes when it heard of which act.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/base/fd.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"

namespace httplib {
class Server;
}
struct rd_kafka_s;
struct rd_kafka_mock_cluster_s;

namespace saker::bench {

using Clock = std::chrono::steady_clock;

/// The path an act opens, which its alert names.
std::string path_of_act(size_t act);

/// When which act was heard of first. From several threads.
class Arrivals {
  public:
    explicit Arrivals(size_t acts) : when_(acts) {}

    /// Bytes with some alerts in them, whole.
    void saw(std::string_view bytes);

    size_t count() const;
    std::vector<Clock::time_point> when() const;

  private:
    mutable std::mutex mutex_;
    std::vector<Clock::time_point> when_;  // the epoch: not heard of
    size_t count_ = 0;
};

/// A socket, and a thread that serves it until the end.
class SocketReceiver {
  public:
    SocketReceiver(const SocketReceiver&) = delete;
    SocketReceiver& operator=(const SocketReceiver&) = delete;
    int port() const { return port_; }

  protected:
    /// On a port of the loopback.
    explicit SocketReceiver(int type);
    /// On a unix socket, where nothing is yet.
    explicit SocketReceiver(const std::string& path);
    ~SocketReceiver();

    Fd socket_;
    int port_ = 0;
    std::atomic<bool> is_ending_ = false;
    std::thread thread_;
};

/// Takes datagrams: syslog over UDP, or what goes to a journal.
class DatagramReceiver : public SocketReceiver {
  public:
    explicit DatagramReceiver(Arrivals& arrivals);
    DatagramReceiver(const std::string& path, Arrivals& arrivals);

  private:
    void serve(Arrivals& arrivals);
};

/// Reads a byte stream on a connection, line by line or octet-counted: syslog over TCP.
class TcpReceiver : public SocketReceiver {
  public:
    explicit TcpReceiver(Arrivals& arrivals);

  private:
    void serve(Arrivals& arrivals);
};

/// `openssl s_server` with a certificate of its own making: syslog over TLS. Nobody looks at what
/// it reads.
class TlsReceiver {
  public:
    explicit TlsReceiver(const support::Folder& folder);
    int port() const { return port_; }
    const std::string& certificate() const { return certificate_; }

  private:
    std::string certificate_;
    int port_;
    support::Child child_;
};

/// A broker of librdkafka's own, over real sockets; it keeps what it is sent in memory.
class KafkaBroker {
  public:
    KafkaBroker();
    ~KafkaBroker();
    KafkaBroker(const KafkaBroker&) = delete;
    KafkaBroker& operator=(const KafkaBroker&) = delete;
    std::string address() const;

  private:
    rd_kafka_s* owner_;
    rd_kafka_mock_cluster_s* cluster_;
};

/// Answers every POST with 200.
class HttpReceiver {
  public:
    explicit HttpReceiver(Arrivals& arrivals);
    ~HttpReceiver();
    HttpReceiver(const HttpReceiver&) = delete;
    HttpReceiver& operator=(const HttpReceiver&) = delete;
    int port() const { return port_; }

  private:
    std::unique_ptr<httplib::Server> server_;
    int port_ = 0;
    std::thread thread_;
};

/// Reads what is appended to a file as soon as the kernel says so.
class FileReader {
  public:
    FileReader(std::string path, Arrivals& arrivals);
    ~FileReader();
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

  private:
    void follow(Arrivals& arrivals);

    std::string path_;
    Fd changes_;
    std::atomic<bool> is_ending_ = false;
    std::thread thread_;
};

}  // namespace saker::bench
