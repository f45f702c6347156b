// A host's ordinary day in memory, and a reader of it that costs what the daemon's costs.
#pragma once

#include <string>
#include <vector>

#include "engine/event/event_kind.h"
#include "engine/lang/condition.h"

namespace saker::bench {

/// A program that is running.
struct BenchProcess {
    std::string name;
    std::string exe;
    std::string exe_path;
    std::string arguments;
    std::string command_line;
    std::string directory;
    const BenchProcess* parent = nullptr;
    std::string container = "host";
    std::string image;
    std::string user = "root";
    std::string capabilities;
    uint64_t duration = 3'600'000'000'000;
    uint64_t terminal = 0;
};

/// One event; text members are empty where the event has no such thing.
struct BenchEvent {
    EventKind kind{};
    const BenchProcess* process = nullptr;
    std::string path;
    std::string path_directory;
    std::string path_name;
    std::string raw_path;
    std::string type_letter;
    std::string flags;
    Address client;
    Address server;
    uint64_t client_port = 0;
    uint64_t server_port = 0;
    int64_t descriptor = -1;
    int64_t result = 0;
    bool for_reading = false;
    bool for_writing = false;
};

/// 60 % opens, 15 % of what no rule asks for, 10 % exec, fork and exit, 15 % network. Nothing in
/// it is suspicious. Events point into the day that made them.
class OrdinaryDay {
  public:
    explicit OrdinaryDay(size_t events);

    const std::vector<BenchEvent>& events() const { return events_; }

  private:
    std::vector<BenchProcess> processes_;
    std::vector<BenchEvent> events_;
};

/// One indirect call a field, to a reader that takes what it needs from the event: as the daemon.
class BenchReader final : public lang::FieldReader {
  public:
    void see(const BenchEvent& event) { event_ = &event; }
    void read(const lang::FieldUse& use, lang::Values& out) override;

    uint64_t reads() const { return reads_; }

  private:
    const BenchEvent* event_ = nullptr;
    uint64_t reads_ = 0;
};

}  // namespace saker::bench
