// A recorded file as a source: the same records in the same order, so the same alerts.
#pragma once

#include <string>

#include "engine/source/recording.h"
#include "engine/source/source.h"

namespace saker {

class ReplaySource final : public Source {
  public:
    /// Refuses what is no recording, or one whose records mean something else in this build.
    static Result<ReplaySource> open(const std::string& path);

    ReplaySource(ReplaySource&& other) noexcept;
    ReplaySource& operator=(ReplaySource&&) = delete;
    ~ReplaySource() override;

    Result<size_t> poll(RecordSink& sink, int wait_ms) override;
    void poll_critical(RecordSink& sink) override;
    bool finished() const override { return at_ >= size_; }

    const RecordingFacts& facts() const { return facts_; }

    /// Bytes at the end that are no whole record: the recording was cut off. Known when finished.
    size_t cut_off() const { return cut_off_; }

  private:
    ReplaySource(const std::byte* bytes, size_t size, std::string path);

    Result<void> read_header();
    size_t record_at(size_t at) const;

    const std::byte* bytes_;
    size_t size_;
    std::string path_;
    RecordingFacts facts_;
    size_t at_ = 0;     // of the record `poll` gives next
    size_t given_ = 0;  // of the record just given
    size_t ahead_ = 0;  // critical records before it were given by poll_critical
    size_t cut_off_ = 0;
};

}  // namespace saker
