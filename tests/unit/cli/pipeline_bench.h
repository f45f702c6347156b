// A pipeline on records of the test's own, two rules, and the alerts that come of them.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <deque>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "engine/pipeline.h"
#include "engine/rules/loader.h"
#include "tests/support/record_builder.h"

namespace saker::test {

/// Records in two lanes, as the kernel has them.
class LaneSource final : public Source {
  public:
    void add(Record record) {
        (record.header().lane == LANE_critical ? critical_ : bulk_).push_back(std::move(record));
    }

    /// The bulk lane first, as if the critical record came right after we looked there.
    Result<size_t> poll(RecordSink& sink, int) override {
        size_t count = 0;
        for (std::deque<Record>* lane : {&bulk_, &critical_}) {
            while (!lane->empty()) {
                Record record = std::move(lane->front());
                lane->pop_front();
                sink.take(record.span());
                ++count;
            }
        }
        return count;
    }
    void poll_critical(RecordSink& sink) override {
        while (!critical_.empty()) {
            Record record = std::move(critical_.front());
            critical_.pop_front();
            sink.take(record.span());
        }
    }
    bool finished() const override { return critical_.empty() && bulk_.empty(); }

  private:
    std::deque<Record> critical_;
    std::deque<Record> bulk_;
};

class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& text = "") {
        ::close(::mkstemp(path_.data()));
        std::ofstream(path_) << text;
    }
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

  private:
    std::string path_ = "/tmp/saker-pipeline-XXXXXX";
};

inline constexpr const char* kRules = R"(
- rule: opened
  desc: a file was opened
  condition: evt.type = openat and fd.name = /etc/shadow
  output: "%proc.name opened %fd.name"
  priority: WARNING
  tags: [b, a]
- rule: also opened
  desc: the same
  condition: evt.type = openat
  output: "also %fd.name"
  priority: NOTICE
)";

inline std::unique_ptr<rules::RuleSet> rules_of(const char* text) {
    const TemporaryFile file(text);
    rules::Loaded loaded = rules::load_rules({file.path()});
    for (const Diagnostic& found : loaded.diagnostics) {
        UNSCOPED_INFO(found.message);
    }
    REQUIRE(loaded.ok());
    return std::move(loaded.rules);
}

inline Host host() {
    Host host;
    host.name = "node-1";
    host.boot_time = 1'000'000'000'000'000'000;
    return host;
}

inline Record open_of(std::string_view path, uint64_t sequence) {
    Record record("openat");
    record.by(10, 100, 1, "cat").at(5000 + sequence);
    record.set("fd", 3).text("name", path).text("resolved", path);
    record.header().sequence = sequence;
    return record;
}

struct Bench {
    explicit Bench(PipelineOptions options = {"boot", false})
        : state(host()), pipeline(source, state, *rules, options, [this](Alert alert) {
              alerts.push_back(std::move(alert));
          }) {}

    void run() {
        while (!source.finished()) {
            REQUIRE(pipeline.poll(0));
        }
    }

    std::unique_ptr<rules::RuleSet> rules = rules_of(kRules);
    LaneSource source;
    State state;
    std::vector<Alert> alerts;
    Pipeline pipeline;
};

}  // namespace saker::test
