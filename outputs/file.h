// A file alerts are appended to, and its rotation.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "outputs/stream.h"

namespace saker::outputs {

/// Whether a file of this size and age has to make way for a new one.
bool rotation_is_due(const config::OutputSetting& setting, uint64_t size, uint64_t age_seconds);

/// Begins a new file when the one it writes grew too large or too old, and when it was told that
/// somebody else moved it away. No alert is split between two files.
class File final : public Output {
  public:
    /// A new file can be read by its owner and group only.
    static Result<std::unique_ptr<Output>> open(const OutputOptions& options);

    Result<void> deliver(const Alert& alert) override;
    void stop_waiting() override;
    void reopen() override { wants_reopening_ = true; }
    std::string take_error() override;

  private:
    explicit File(OutputOptions options) : options_(std::move(options)) {}
    Result<void> begin();
    bool is_due() const;
    Result<void> rotate();

    const OutputOptions options_;
    std::mutex mutex_;  // of what several threads touch: the stream's pointer, the error
    std::unique_ptr<Stream> stream_;
    std::string error_;
    bool is_stopped_ = false;
    bool is_regular_ = false;
    uint64_t size_before_ = 0;  // when it was opened
    uint64_t birth_ = 0;
    std::atomic<bool> wants_reopening_ = false;
};

}  // namespace saker::outputs
