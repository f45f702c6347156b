// Outputs that are descriptors: standard output and files.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/fd.h"
#include "outputs/table.h"

namespace saker::outputs {

/// Writes every alert whole and at once, never buffering one.
class Stream : public Output {
  public:
    /// Neither `name`, which errors mention, nor the descriptor is shared with anybody else.
    Stream(Fd fd, std::string name, const OutputOptions& options);

    Result<void> deliver(const Alert& alert) override;
    void stop_waiting() override { stopped_ = true; }

    /// What was there before ends within a line: the next alert begins a new one.
    void follow_torn_line() { is_torn_ = true; }

    /// Bytes since it was made.
    uint64_t written() const { return written_; }

  private:
    Result<void> write_all(std::string_view bytes);
    bool wait_writable() const;

    Fd fd_;
    std::string name_;
    Formatter format_;
    FormatOptions options_;
    std::string line_;
    uint64_t written_ = 0;
    bool is_torn_ = false;  // the last line is not whole
    std::atomic<bool> stopped_ = false;
};

Result<std::unique_ptr<Output>> open_stdout(const OutputOptions& options);

}  // namespace saker::outputs
