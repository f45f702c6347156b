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

namespace httplib {
class Server;
}

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

/// Syslog over UDP, on a port of the loopback.
class UdpReceiver {
  public:
    explicit UdpReceiver(Arrivals& arrivals);
    ~UdpReceiver();
    UdpReceiver(const UdpReceiver&) = delete;
    UdpReceiver& operator=(const UdpReceiver&) = delete;
    int port() const { return port_; }

  private:
    Fd socket_;
    int port_ = 0;
    std::atomic<bool> is_ending_ = false;
    std::thread thread_;
};

/// Reads a byte stream on a connection, line by line or octet-counted: syslog over TCP.
class TcpReceiver {
  public:
    explicit TcpReceiver(Arrivals& arrivals);
    ~TcpReceiver();
    TcpReceiver(const TcpReceiver&) = delete;
    TcpReceiver& operator=(const TcpReceiver&) = delete;
    int port() const { return port_; }

  private:
    void serve(Arrivals& arrivals);

    Fd socket_;
    int port_ = 0;
    std::atomic<bool> is_ending_ = false;
    std::thread thread_;
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
