// Receivers for tests, and outputs that send to them.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "outputs/delivery.h"
#include "outputs/table.h"
#include "tests/support/child.h"
#include "tests/unit/outputs/sample.h"

namespace saker::testing {

constexpr std::chrono::seconds kPatience{60};

/// An authority of the test's own and what it signed, as PEM files.
struct Certificates {
    explicit Certificates(const Folder& folder);

    std::string authority;
    std::string server;  // for localhost and 127.0.0.1
    std::string server_key;
    std::string client;
    std::string client_key;
    std::string stranger;  // another authority
};

/// tests/outputs/receiver, listening.
class HttpReceiver {
  public:
    /// `words` behind the port: certificate, key and the authority of clients.
    explicit HttpReceiver(std::vector<std::string> words = {}, int port = 0);

    int port() const { return port_; }
    /// Tells it how to behave, and waits until it does.
    void behave(const std::string& how);
    /// The next request it took or turned away.
    nlohmann::json request();
    /// All ids of JSON alerts it answered 200 for, until there are so many different ones, in the
    /// order they came; repetitions too.
    std::vector<std::string> ids_until(size_t different);
    void kill();

  private:
    nlohmann::json next_line();

    support::Child child_;
    int port_ = 0;
    std::vector<nlohmann::json> kept_;
};

/// A port of loopback, below those the kernel gives to connections: none of them can take it
/// meanwhile.
int free_port();

/// An output of the table behind its queue; without a folder its spool is in memory.
std::unique_ptr<outputs::Delivery> deliver_to(config::OutputSetting setting,
                                              const std::string& spool_path = "");

/// Asks again and again; fails the test when it takes too long.
template <class Condition>
void wait_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            FAIL("it did not happen");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void offer(outputs::Delivery& delivery, int from, int count);

/// The texts of `from` and its followers, as `offer` gives alerts for ids.
std::vector<std::string> ids(int from, int count);

/// In the order of their first appearance.
std::vector<std::string> without_repetitions(const std::vector<std::string>& all);

}  // namespace saker::testing
