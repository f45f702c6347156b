// Keeps records in a file, as they come.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/fd.h"
#include "engine/event/redact.h"
#include "engine/source/recording.h"
#include "engine/source/source.h"

namespace saker {

class Recorder final : public RecordSink {
  public:
    /// Makes the file, or empties it; only its owner can read it. Secrets are covered in it, so
    /// rules that look for what was covered find it no more when it is replayed.
    static Result<Recorder> create(const std::string& path, const RecordingFacts& facts,
                                   RedactorOptions redaction = {});

    void take(std::span<const std::byte> record) override;

    /// What is buffered goes to the file; the first failure of any write, if there was one.
    Result<void> flush();

    uint64_t records() const { return records_; }
    uint64_t bytes() const { return bytes_; }

  private:
    Recorder(Fd fd, std::string path, RedactorOptions redaction);

    std::span<const std::byte> covered(std::span<const std::byte> record);
    void append(const void* bytes, size_t size);
    void write_out();

    Fd fd_;
    std::string path_;
    Redactor redactor_;
    std::vector<uint64_t> copy_;  // of a record that may hold secrets; aligned as records are
    std::string buffer_;
    int failed_ = 0;  // errno of the first failure
    uint64_t records_ = 0;
    uint64_t bytes_ = 0;
};

}  // namespace saker
